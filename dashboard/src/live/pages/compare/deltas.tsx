import type { ReactNode } from "react";
import { costText } from "../../../model/costs.ts";
import type { RunPage } from "../../../model/page.ts";
import type { Subject } from "../../../model/subjects.ts";
import { count, duration, share } from "../../../model/words.ts";

interface Delta {
  readonly title: string;
  readonly before: string;
  readonly after: string;
  readonly detail: string;
}

/** What changed in figures. */
export function Deltas(props: {
  readonly before: RunPage;
  readonly after: RunPage;
  readonly only: boolean;
}): ReactNode {
  const { before, after, only } = props;
  const deltas = deltasOf(before, after).filter((one) => !only || one.before !== one.after);
  if (deltas.length === 0) return null;
  return (
    <dl className="card delta">
      {deltas.map(({ title, before: one, after: other, detail }) => (
        <div key={title}>
          <dt>{title}</dt>
          <dd className="v">
            <span className="old">{one}</span>
            <span className="arrow" aria-label="then">
              →
            </span>
            <span>{other}</span>
          </dd>
          <dd className="s">{detail}</dd>
        </div>
      ))}
    </dl>
  );
}

function deltasOf(before: RunPage, after: RunPage): readonly Delta[] {
  const of = (page: RunPage, fate: Subject["fate"]): number =>
    page.subjects.filter((one) => one.fate === fate).length;
  const hasFindings = [before, after].some(({ subjects }) =>
    subjects.some(({ kind }) => kind === "finding"),
  );
  const least = ({ subjects }: RunPage): string => {
    const figures = subjects
      .filter(({ fate }) => fate === "stands" || fate === "settled")
      .map(({ verdict }) => verdict?.confidence ?? 0);
    return figures.length === 0 ? "—" : share(Math.min(...figures));
  };
  const cost = ({ costs }: RunPage): string =>
    costs.spent === undefined ? "—" : costText(costs.spent.cost);
  const again = [...after.run.calls.values()].filter(({ reusedFrom }) => reusedFrom !== undefined);
  const settled = hasFindings ? "stands" : "settled";
  const more = of(after, settled) - of(before, settled);
  return [
    {
      title: hasFindings ? "Findings that stand" : "Questions decided",
      before: String(of(before, settled)),
      after: String(of(after, settled)),
      detail: more === 0 ? "as many" : more > 0 ? `${more} more` : `${-more} fewer`,
    },
    {
      title: "Lowest confidence",
      before: least(before),
      after: least(after),
      detail: "of what was decided",
    },
    {
      title: "Waits for a person",
      before: String(of(before, "waits")),
      after: String(of(after, "waits")),
      detail: of(after, "waits") === 0 ? "nothing waits now" : "not decided yet",
    },
    {
      title: "Cost",
      before: cost(before),
      after: cost(after),
      detail:
        again.length === 0 ? "nothing used again" : `${count(again.length, "call")} used again`,
    },
    {
      title: "Duration",
      before: duration(before.endMs),
      after: duration(after.endMs),
      detail: count(after.costs.attempts, "attempt"),
    },
  ];
}
