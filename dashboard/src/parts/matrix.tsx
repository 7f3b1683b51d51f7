import { useState, type CSSProperties, type ReactNode } from "react";
import { cut } from "../../../src/model/text.ts";
import { callOf, useDesk } from "../desk.ts";
import { matricesOf, type Column, type Matrix } from "../model/columns.ts";
import { finds } from "../model/search.ts";
import { positionWords, type Subject } from "../model/subjects.ts";
import { oneLine, visible } from "../model/visible.ts";
import { count } from "../model/words.ts";
import { callHref, subjectHref } from "../model/place.ts";
import { FateChip, SwitchField } from "./controls.tsx";
import { Key, letterOf, Mark } from "./mark.tsx";

const ROWS = 40;
const MOST_CHARS = 500;

/** Agents and subjects: who holds which position. */
export function Disagreements(): ReactNode {
  const { page, finder } = useDesk();
  const { run, subjects } = page;
  const [only, setOnly] = useState(true);
  const [fold, setFold] = useState(true);
  if (subjects.length === 0) return null;
  const lone = subjects.filter(isLone);
  // If one agent alone reports everything, hiding would leave nothing to see.
  const hides = only && finder === undefined && lone.length < subjects.length;
  const shown = subjects.filter((one) => (hides ? !isLone(one) : finds(finder, one)));
  const reports = subjects
    .filter(({ kind }) => kind === "finding")
    .reduce((sum, { support }) => sum + support, 0);
  const questions = subjects.filter(({ kind }) => kind === "claim").length;
  const sub = [
    questions > 0 && count(questions, "question"),
    reports > 0 &&
      `${count(reports, "report")} of ${count(subjects.length - questions, "finding")}`,
  ];
  return (
    <section className="card disagree" id="disagree" aria-labelledby="disagree-h">
      <header>
        <h2 id="disagree-h">Where they disagree</h2>
        <span className="sub">{sub.filter(Boolean).join(", ")}</span>
        <div className="end">
          <SwitchField label="Only disagreements" checked={only} onChange={setOnly} />
          <SwitchField label="Fold equal answers" checked={fold} onChange={setFold} />
        </div>
      </header>
      {matricesOf(run, subjects, fold).map((matrix) => (
        <MatrixPart
          key={matrix.team}
          matrix={matrix}
          rows={matrix.subjects.filter((one) => shown.includes(one))}
        />
      ))}
      <div className="under">
        {hides && lone.length > 0 && (
          <span>
            <button type="button" className="lk" onClick={() => setOnly(false)}>
              {`+ ${lone.length} more`}
            </button>
            {" that all agree on, or that one agent alone reports"}
          </span>
        )}
        <div className="legend">
          <span>
            <Key kind="for" />{" "}
            {questions === subjects.length ? "holds what was decided" : "reports"}
          </span>
          {reports > 0 && (
            <span>
              <Key kind="not" /> does not
            </span>
          )}
          <span>
            <Key kind="against" />
            {reports > 0 && <Key kind="against-not" />} against the verdict
          </span>
          <span>
            <Key kind="missing" /> missing
          </span>
        </div>
      </div>
    </section>
  );
}

/** All agree, or only one agent reports a finding and it does not stand: there is little to see. */
function isLone({ kind, support, contested, fate }: Subject): boolean {
  if (kind === "claim") return !contested;
  return !contested || (support <= 1 && fate === "left-out");
}

function MatrixPart(props: {
  readonly matrix: Matrix;
  readonly rows: readonly Subject[];
}): ReactNode {
  const { columns, team, left } = props.matrix;
  const [most, setMost] = useState(ROWS);
  const style = { "--columns": columns.length } as CSSProperties;
  const rows = props.rows.slice(0, most);
  const rest = props.rows.length - rows.length;
  return (
    <>
      {team !== "" && (
        <h3 className="team muted">
          In the team <a href={callHref(team)}>{visible(team)}</a>
        </h3>
      )}
      <div className="matrix" tabIndex={0} role="region" aria-label={`Agents and subjects ${team}`}>
        <div
          className={columns.length < 6 ? "mx few" : "mx"}
          role="table"
          aria-label="Who holds what"
          style={style}
        >
          <div role="row">
            <span className="title" role="columnheader">
              Subject
            </span>
            <span className="title" role="columnheader">
              Verdict
            </span>
            {columns.map((column) => (
              <Head key={column.agents.join("\n")} column={column} team={team} />
            ))}
          </div>
          {rows.map((subject) => (
            <Row key={subject.key} subject={subject} columns={columns} />
          ))}
          <div role="row">
            <span className="sub total" role="rowheader">
              <span className="n" />
              against the verdict
            </span>
            <span className="ver total" role="cell" />
            {columns.map(({ agents, against, missing }) => (
              <span key={agents.join("\n")} className={cellClass("c total", false)} role="cell">
                {missing ? "–" : against}
              </span>
            ))}
          </div>
        </div>
      </div>
      {left > 0 && (
        <p className="under">{`Those that dissent most; ${left} more columns are left out.`}</p>
      )}
      {rest > 0 && (
        <p className="under">
          <button type="button" className="lk" onClick={() => setMost(most + 5 * ROWS)}>
            {`${rest} more rows`}
          </button>
        </p>
      )}
    </>
  );
}

function useIsSelected(): (agents: readonly string[]) => boolean {
  const { page, selected } = useDesk();
  const agent = selected === undefined ? undefined : page.run.calls.get(selected)?.agent;
  return (agents) => agent !== undefined && agents.includes(agent);
}

function cellClass(base: string, on: boolean, gone = false): string {
  return [base, on && "on", gone && "gone"].filter(Boolean).join(" ");
}

function Head({ column, team }: { readonly column: Column; readonly team: string }): ReactNode {
  const { page, select } = useDesk();
  const isSelected = useIsSelected();
  const { agents, missing } = column;
  const [first = "", ...others] = agents;
  const call = callOf(page, team, first);
  return (
    <span className={cellClass("head", isSelected(agents), missing)} role="columnheader">
      <button
        type="button"
        title={agents.map(visible).join(", ")}
        onClick={() => call !== undefined && select(call)}
      >
        <span className="clip">{visible(first)}</span>
        {others.length > 0 && (
          <>
            <em>{`×${agents.length}`}</em>
            <span className="vh">{` ${others.map(visible).join(", ")}`}</span>
          </>
        )}
      </button>
    </span>
  );
}

const MOST_SIDES = 3;
const SIDE_CHARS = 40;

/** Which position each letter of the row stands for. */
function Sides({ subject }: { readonly subject: Subject }): ReactNode {
  const { positions } = subject;
  if (positions.length < 2) return null;
  const shown = positions
    .slice(0, MOST_SIDES)
    .map((_, index) => `${letterOf(index)} ${cut(positionWords(subject, index), SIDE_CHARS)}`);
  const more = positions.length > MOST_SIDES ? ` +${positions.length - MOST_SIDES}` : "";
  return <span className="sides clip xs muted">{visible(shown.join(" · ") + more)}</span>;
}

function Row(props: { readonly subject: Subject; readonly columns: readonly Column[] }): ReactNode {
  const { subject, columns } = props;
  const isSelected = useIsSelected();
  const text = oneLine(cut(subject.text, MOST_CHARS));
  return (
    <div className="row" role="row">
      <span className="sub" role="rowheader">
        <span className="n">{subject.number}</span>
        <a className="clip txt" href={subjectHref(subject.number)} title={text}>
          {text}
        </a>
        {subject.kind === "claim" && <Sides subject={subject} />}
      </span>
      <span className="ver" role="cell">
        <FateChip subject={subject} />
      </span>
      {columns.map(({ agents, missing }) => (
        <span
          key={agents.join("\n")}
          className={cellClass("c", isSelected(agents), missing)}
          role="cell"
        >
          <Mark subject={subject} agent={agents[0] ?? ""} />
        </span>
      ))}
    </div>
  );
}
