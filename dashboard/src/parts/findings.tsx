import { useState, type ReactNode } from "react";
import { useDesk } from "../desk.ts";
import { finds } from "../model/search.ts";
import type { Subject } from "../model/subjects.ts";
import { visible } from "../model/visible.ts";
import { count } from "../model/words.ts";
import { Choose } from "./controls.tsx";
import { FindingPart } from "./finding.tsx";

type Show = "loud" | "quiet" | "all";
const ROWS = 40;

const isQuiet = ({ fate }: Subject): boolean => fate === "left-out";

/** Questions, then findings by file and line: the positions with their agents, and the reason of each verdict. */
export function Findings(): ReactNode {
  const { page, finder, query, open } = useDesk();
  const { subjects } = page;
  const [chosen, setShow] = useState<Show>("loud");
  const [most, setMost] = useState(ROWS);
  if (subjects.length === 0) return null;
  const loud = subjects.filter((one) => !isQuiet(one)).length;
  const show = loud === 0 && chosen === "loud" ? "all" : chosen;
  const wanted = (subject: Subject): boolean => {
    if (finder !== undefined) return finds(finder, subject);
    // The target of a link is always shown.
    if (open.has(subject.key)) return true;
    return show === "all" || isQuiet(subject) === (show === "quiet");
  };
  const shown = subjects.filter(wanted);
  const groups = groupsOf(shown.slice(0, most));
  const hasFindings = subjects.some(({ kind }) => kind === "finding");
  const quiet = subjects.length - loud;
  const title = hasFindings ? "Findings" : "Who holds what, and why";
  return (
    <section className="card findings" id="findings" aria-labelledby="findings-h">
      <header>
        <h2 id="findings-h">{title}</h2>
        {hasFindings && <span className="sub">by file and line</span>}
        {quiet > 0 && loud > 0 && (
          <div className="end">
            <Choose<Show>
              label="Which findings"
              value={show}
              onChange={setShow}
              choices={[
                { value: "loud", label: `Stand or wait ${loud}` },
                { value: "quiet", label: `Left out ${quiet}` },
                { value: "all", label: `All ${subjects.length}` },
              ]}
            />
          </div>
        )}
      </header>
      {[...groups].map(([file, list]) => (
        <div key={file}>
          <FileHead file={file} many={list.length} isClaim={list[0]?.kind === "claim"} />
          {list.map((subject) => (
            <FindingPart key={subject.key} subject={subject} />
          ))}
        </div>
      ))}
      <div className="last" aria-live="polite">
        {finder !== undefined && <span>{`${count(shown.length, "row")} with “${query}”.`}</span>}
        {shown.length > most && (
          <button type="button" className="lk" onClick={() => setMost(most + 5 * ROWS)}>
            {`${shown.length - most} more`}
          </button>
        )}
        {finder === undefined && show === "loud" && quiet > 0 && (
          <span>
            {`${quiet} more ${quiet === 1 ? "was" : "were"} left out. `}
            <button type="button" className="lk" onClick={() => setShow("all")}>
              Show them
            </button>
          </span>
        )}
        {finder === undefined && show !== "loud" && <span>{count(shown.length, "row")}.</span>}
      </div>
    </section>
  );
}

/** By file, then by line; findings that stand come before those that were left out. */
function groupsOf(shown: readonly Subject[]): ReadonlyMap<string, readonly Subject[]> {
  const groups = Map.groupBy(shown, ({ kind, finding, team }) =>
    kind === "claim" ? `\0${team}` : (finding?.file ?? ""),
  );
  const ordered = [...groups].map(
    ([file, list]) =>
      [
        file,
        list.toSorted(
          (a, b) =>
            Number(isQuiet(a)) - Number(isQuiet(b)) ||
            (a.finding?.line ?? 0) - (b.finding?.line ?? 0) ||
            a.number - b.number,
        ),
      ] as const,
  );
  const loudest = (list: readonly Subject[]): number => list.filter((one) => !isQuiet(one)).length;
  return new Map(
    ordered.toSorted(
      ([a, one], [b, other]) =>
        Number(!a.startsWith("\0")) - Number(!b.startsWith("\0")) ||
        Number(loudest(one) === 0) - Number(loudest(other) === 0) ||
        (a < b ? -1 : 1),
    ),
  );
}

interface FileHeadProps {
  readonly file: string;
  readonly many: number;
  readonly isClaim: boolean;
}

function FileHead({ file, many, isClaim }: FileHeadProps): ReactNode {
  const team = file.slice(1);
  const name = isClaim ? (team === "" ? "" : `in the team ${visible(team)}`) : visible(file);
  if (name === "" && isClaim) return null;
  const at = name.lastIndexOf("/") + 1;
  return (
    <div className="file">
      <span className="txt">
        {name === "" ? "without a file" : name.slice(0, at)}
        <b>{name.slice(at)}</b>
      </span>
      <span className="many">{count(many, isClaim ? "question" : "finding")}</span>
    </div>
  );
}
