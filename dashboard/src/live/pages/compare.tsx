import { useMemo, useState, type ReactNode } from "react";
import type { RunPage } from "../../model/page.ts";
import { visible } from "../../model/visible.ts";
import { dateTime, shortId, timeOfDay } from "../../model/words.ts";
import { Chip, SwitchField } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { useLoaded } from "../desk.ts";
import { compare } from "../model/compare.ts";
import { Failure, Frame, Go, Loading } from "../parts.tsx";
import { go } from "../route.ts";
import { Answers } from "./compare/answers.tsx";
import { Choice, type ComparedRuns } from "./compare/choice.tsx";
import { Deltas } from "./compare/deltas.tsx";
import { pageOfRun } from "./compare/run-page.ts";
import { Verdicts } from "./compare/verdicts.tsx";

/** Two runs, and only their differences. */
export function ComparePage({ before, after }: ComparedRuns): ReactNode {
  const key = before === undefined || after === undefined ? undefined : `${before} ${after}`;
  const { data, error, again } = useLoaded(key, async (client, signal) =>
    Promise.all([pageOfRun(client, before ?? "", signal), pageOfRun(client, after ?? "", signal)]),
  );
  const [only, setOnly] = useState(true);
  return (
    <Frame
      at="compare"
      title={only ? "Two runs, only what changed" : "Two runs"}
      about={data === undefined ? "What is the same in both is counted, not shown." : aboutOf(data)}
      actions={
        <>
          <button
            type="button"
            className="btn"
            disabled={key === undefined}
            onClick={() => go({ page: "compare", before: after, after: before })}
          >
            <Icon name="swap" />
            Swap
          </button>
          <SwitchField label="Only what changed" checked={only} onChange={setOnly} />
        </>
      }
    >
      <Choice before={before} after={after} />
      {error !== undefined && (
        <section className="card">
          <Failure error={error} again={again} />
        </section>
      )}
      {key !== undefined && data === undefined && error === undefined && (
        <section className="card">
          <Loading rows={8} />
        </section>
      )}
      {data !== undefined && <Compared pages={data} only={only} />}
    </Frame>
  );
}

function aboutOf([before, after]: readonly RunPage[]): string {
  const of = after?.run.forkOf;
  if (of !== undefined && of.runId === before?.run.runId) {
    const from = of.from === undefined ? "" : `: ${visible(of.from)} was asked again`;
    return `The second is a fork of the first${from}.`;
  }
  const names = [before, after].map((page) => visible(page?.run.supervisor.name ?? ""));
  return names[0] === names[1] ? `Both of ${names[0]}.` : `${names[0]}, and ${names[1]}.`;
}

function Compared(props: {
  readonly pages: readonly RunPage[];
  readonly only: boolean;
}): ReactNode {
  const [before, after] = props.pages;
  const found = useMemo(
    () => (before === undefined || after === undefined ? undefined : compare(before, after)),
    [before, after],
  );
  if (before === undefined || after === undefined || found === undefined) return null;
  return (
    <>
      <div className="vs">
        <Head page={before} word="before" />
        <Head page={after} word={after.run.forkOf === undefined ? "after" : "fork"} />
      </div>
      <Deltas before={before} after={after} only={props.only} />
      <Verdicts found={found} />
      <Answers found={found} />
    </>
  );
}

function Head(props: { readonly page: RunPage; readonly word: string }): ReactNode {
  const { page, word } = props;
  const { run, answer } = page;
  return (
    <section className="card" aria-label={`The run ${word}`}>
      <div className="spread">
        <span className="s">
          <Chip {...(word === "fork" && { tone: "accent", icon: "fork" })}>{word}</Chip>{" "}
          <Go className="mono xs" to={{ page: "run", runId: run.runId }}>
            {shortId(run.runId)}
          </Go>
        </span>
        <span className="xs muted num" title={dateTime(run.startedAtMs)}>
          {timeOfDay(run.startedAtMs)}
        </span>
      </div>
      <h2>{answer.headline}</h2>
    </section>
  );
}
