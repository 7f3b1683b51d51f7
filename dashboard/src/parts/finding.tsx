import { useState, type ReactNode } from "react";
import type { Severity as Level } from "../../../src/model/claim.ts";
import type { Holder } from "../../../src/model/conflict.ts";
import { callOf, useDesk } from "../desk.ts";
import { fateWord, holdersOf, positionWords, type Subject } from "../model/subjects.ts";
import { visible } from "../model/visible.ts";
import { share } from "../model/words.ts";
import { FATE_ICONS } from "./controls.tsx";
import { Icon } from "./icon.tsx";
import { Key, letterOf, markKind } from "./mark.tsx";
import { Txt } from "./text.tsx";
import { WhyPart } from "./why.tsx";

/** The severity of a finding: bars and the word. */
export function Severity({ severity }: { readonly severity: Level | undefined }): ReactNode {
  if (severity === undefined) return null;
  return (
    <span className={`sev ${severity}`}>
      <i aria-hidden="true">
        <u />
        <u />
        <u />
      </i>
      {severity}
    </span>
  );
}

/** One subject: a row, and unfolded the positions with their agents and the reason of the verdict. */
export function FindingPart({ subject }: { readonly subject: Subject }): ReactNode {
  const { open, toggle } = useDesk();
  const { number, key, fate, finding, kind } = subject;
  const isOpen = open.has(key);
  const weight = isOpen ? "open" : fate === "left-out" ? "quiet" : "loud";
  return (
    <div className={`fd ${weight}`} id={`subject-${number}`}>
      <button
        type="button"
        aria-expanded={isOpen}
        aria-controls={`more-${number}`}
        onClick={() => toggle(subject)}
      >
        <span className={`fate ${fate}`} title={fateWord(subject)}>
          <Icon name={FATE_ICONS[fate]} />
          <span className="vh">{fateWord(subject)}</span>
        </span>
        <span className="ln">{kind === "claim" ? `# ${number}` : lines(finding)}</span>
        <span className="ti">
          <Txt>{kind === "claim" ? claimTitle(subject) : subject.text}</Txt>
        </span>
        <span className="sevc">
          <Severity severity={finding?.severity} />
        </span>
        <span className="dotsc">
          <Support subject={subject} />
        </span>
        <Confidence subject={subject} />
      </button>
      {isOpen && <More subject={subject} />}
    </div>
  );
}

function claimTitle(subject: Subject): string {
  return subject.winner === undefined
    ? `${subject.text}: ${fateWord(subject)}`
    : `${subject.text}: ${positionWords(subject, subject.winner)}`;
}

function lines(finding: Subject["finding"]): string {
  const { line, endLine } = finding ?? {};
  if (line === undefined) return "";
  return endLine === undefined || endLine === line ? String(line) : `${line}–${endLine}`;
}

const MOST_DOTS = 13;

function Support({ subject }: { readonly subject: Subject }): ReactNode {
  const { support, voices, fate, kind } = subject;
  const said = `${support} of ${voices}`;
  if (voices > MOST_DOTS) return <span className="xs muted num">{said}</span>;
  return (
    <span
      className={`dots ${fate}`}
      role="img"
      aria-label={`${said} ${kind === "claim" ? "hold it" : "report it"}`}
    >
      {Array.from({ length: voices }, (_, index) => (
        <u key={index} className={index < support ? "y" : ""} />
      ))}
    </span>
  );
}

function Confidence({ subject }: { readonly subject: Subject }): ReactNode {
  const { verdict, winner } = subject;
  if (verdict === undefined || winner === undefined) {
    return <span className="conf faint">open</span>;
  }
  const { confidence, confidenceFrom } = verdict;
  if (confidenceFrom === "person") return <span className="conf">a person</span>;
  return (
    <span
      className="conf"
      title={`confidence ${share(confidence)}, from ${visible(confidenceFrom)}`}
    >
      <span className="meter">
        <i style={{ width: `${confidence * 100}%` }} />
      </span>
      {share(confidence)}
    </span>
  );
}

function More({ subject }: { readonly subject: Subject }): ReactNode {
  const { number, kind, positions, finding, verdict } = subject;
  const order = positions.map((_, position) => position);
  // For a finding, the agents that report it come first, however many they are.
  if (kind === "finding" && positions[0]?.value !== "present") order.reverse();
  return (
    <div className="more" id={`more-${number}`}>
      <div className="part">
        {order.map((position) => (
          <HoldersPart key={position} subject={subject} position={position} />
        ))}
        <MissingPart subject={subject} />
        {finding?.suggestion !== undefined && (
          <div>
            <h3>Suggested</h3>
            <p className="suggestion">
              <Txt>{finding.suggestion}</Txt>
            </p>
          </div>
        )}
        <Said subject={subject} />
      </div>
      <div className="part">{verdict !== undefined && <WhyPart subject={subject} />}</div>
    </div>
  );
}

const FEW = 8;
const MANY = 200;

function HoldersPart(props: { readonly subject: Subject; readonly position: number }): ReactNode {
  const { subject, position } = props;
  const { page, select } = useDesk();
  const [most, setMost] = useState(FEW);
  const holders = holdersOf(subject, position);
  const shown = holders.slice(0, most);
  const against = subject.winner !== undefined && subject.winner !== position;
  const reports = subject.positions[position]?.value === "present";
  const words =
    subject.kind === "claim"
      ? `${letterOf(position)}: ${visible(positionWords(subject, position)).slice(0, 300)}, held by ${holders.length}`
      : `${reports ? "Reported by" : "Not by"} ${holders.length}`;
  return (
    <div>
      <h3>{words}</h3>
      <div className="holders">
        {shown.map(({ agent }) => {
          const call = callOf(page, subject.team, agent);
          return (
            <button
              key={agent}
              type="button"
              className="who"
              onClick={() => call !== undefined && select(call)}
            >
              <Key kind={markKind(subject, position, against)} />
              <span className="clip">{visible(agent)}</span>
            </button>
          );
        })}
        {holders.length > shown.length && (
          <button type="button" className="who faint" onClick={() => setMost(most + MANY)}>
            {`+ ${holders.length - shown.length}`}
          </button>
        )}
      </div>
    </div>
  );
}

function MissingPart({ subject }: { readonly subject: Subject }): ReactNode {
  const missing = subject.verdict?.missing ?? [];
  if (missing.length === 0) return null;
  return (
    <div className="holders">
      {missing.slice(0, FEW).map((agent) => (
        <span key={agent} className="who faint">
          <Key kind="missing" />
          <span className="clip">{`${visible(agent)} missing`}</span>
        </span>
      ))}
    </div>
  );
}

/** The words of other agents about the same thing, or for their position. */
function Said({ subject }: { readonly subject: Subject }): ReactNode {
  const [all, setAll] = useState(false);
  const said = subject.positions
    .flatMap(({ heldBy }) => heldBy)
    .filter(
      (holder): holder is Holder & { readonly evidence: string } =>
        holder.evidence !== undefined && holder.evidence !== subject.text,
    );
  if (said.length === 0) return null;
  const first = subject.positions
    .flatMap(({ heldBy }) => heldBy)
    .find(({ evidence }) => evidence === subject.text)?.agent;
  const title = subject.kind === "claim" ? "In their words" : "The same in other words";
  return (
    <div>
      <h3>{first === undefined ? title : `${title} (above: ${visible(first)})`}</h3>
      <ul className="said">
        {(all ? said : said.slice(0, 2)).map(({ agent, evidence }) => (
          <li key={agent}>
            <b>{visible(agent)}</b>
            <Txt>{evidence}</Txt>
          </li>
        ))}
      </ul>
      {said.length > 2 && (
        <button type="button" className="lk" onClick={() => setAll(!all)}>
          {all ? "Fold" : `+ ${said.length - 2} more`}
        </button>
      )}
    </div>
  );
}
