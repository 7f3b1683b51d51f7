import type { ReactNode } from "react";
import type { Json } from "../../../src/model/json.ts";
import { cut } from "../../../src/model/text.ts";
import { useDesk } from "../desk.ts";
import { holdersOf, positionWords, type Subject } from "../model/subjects.ts";
import { visible } from "../model/visible.ts";
import { duration, fewNames, positionText, shellWord, shortId, timeOfDay } from "../model/words.ts";
import { whyOf } from "../model/chain.ts";
import { Icon } from "./icon.tsx";
import { Severity } from "./finding.tsx";
import { subjectHref } from "../model/place.ts";
import { Txt } from "./text.tsx";

/** The subjects that wait for a person: both sides in their own words, and how to decide. */
export function Waits(): ReactNode {
  const { page } = useDesk();
  const { run, subjects } = page;
  const asked = subjects.filter(({ fate }) => fate === "waits");
  if (asked.length === 0) return <Decided />;
  const since = run.waitingSinceMs;
  return (
    <section className="card waits" id="waits" aria-labelledby="waits-h">
      <header>
        <h2 id="waits-h">
          <Icon name="person" />
          Waits for a person
        </h2>
        {since !== undefined && (
          <span className="sub">
            {`since ${timeOfDay(since)} UTC, ${duration(since - run.startedAtMs)} into the run`}
          </span>
        )}
      </header>
      <div className="body">
        {asked.map((subject) => (
          <Question key={subject.key} subject={subject} />
        ))}
        {run.decisions.length > 0 && <DecisionList />}
      </div>
    </section>
  );
}

/** What people decided, with their notes. */
function Decided(): ReactNode {
  const { run } = useDesk().page;
  if (run.decisions.length === 0) return null;
  return (
    <section className="card waits" id="waits" aria-labelledby="waits-h">
      <header>
        <h2 id="waits-h">
          <Icon name="person" />
          Decided by a person
        </h2>
      </header>
      <div className="body">
        <DecisionList />
      </div>
    </section>
  );
}

function DecisionList(): ReactNode {
  const { run, subjects } = useDesk().page;
  return (
    <ul className="decisions">
      {run.decisions.map(({ team, subject: about, winner, why, by, atMs }, index) => {
        const subject = subjects.find((one) => one.team === team && one.name === about);
        return (
          <li key={index}>
            <p>
              <b>{visible(by ?? "A person")}</b>
              {` decided: ${decisionWords(subject, winner)}`}
              <span className="muted xs">{` · ${timeOfDay(atMs)} UTC`}</span>
            </p>
            <p className="muted xs">
              {subject === undefined ? (
                <Txt>{about}</Txt>
              ) : (
                <a href={subjectHref(subject.number)}>
                  <Txt>{subject.text}</Txt>
                </a>
              )}
            </p>
            {why !== "" && (
              <blockquote>
                <Txt>{why}</Txt>
              </blockquote>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function decisionWords(subject: Subject | undefined, winner: Json): string {
  if (subject?.kind !== "finding") return visible(positionText(winner));
  return winner === "present" ? "it stands" : "it does not stand";
}

const MOST_VOICES = 4;

function Question({ subject }: { readonly subject: Subject }): ReactNode {
  const { page, extras } = useDesk();
  const { verdict, finding, number, positions, kind } = subject;
  const why = verdict === undefined ? undefined : whyOf(verdict);
  const voices = positions.flatMap((_, position) =>
    holdersOf(subject, position).flatMap(({ agent, evidence }) =>
      evidence === undefined ? [] : [{ agent, evidence, position }],
    ),
  );
  const place = finding?.file === undefined ? "" : placeText(finding.file, finding.line);
  return (
    <div className="question">
      <div className="spread q">
        <a href={subjectHref(number)}>
          {kind === "finding" ? `Does finding ${number} stand?` : visible(subject.text)}
        </a>
        <span className="spread">
          <Severity severity={finding?.severity} />
          {place !== "" && <span className="mono xs muted">{visible(place)}</span>}
        </span>
      </div>
      <div className="voices">
        {voices.slice(0, MOST_VOICES).map(({ agent, evidence, position }) => (
          <div key={agent} className={position === 0 && kind === "claim" ? "voice" : "voice for"}>
            <p>
              <b>{visible(agent)}</b>
              {kind === "finding"
                ? " reports it"
                : ` holds “${visible(positionWords(subject, position))}”`}
            </p>
            <p>
              <Txt>{evidence}</Txt>
            </p>
          </div>
        ))}
        {positions.map((_, position) => (
          <Silent key={position} subject={subject} position={position} />
        ))}
      </div>
      <div className="how">
        {why?.steps.map(({ resolver, why: words, did }, index) => (
          <p key={index} className="xs muted">
            <b>{visible(resolver)}</b>
            {did === "waits"
              ? " asks a person, who has not decided yet."
              : ` deferred: ${visible(words)}`}
          </p>
        ))}
        {extras === undefined ? (
          <>
            <p className="xs muted">Decide from the command line, where the run is kept:</p>
            <p className="cmd">{decideCommand(page.run.runId, subject)}</p>
            {positions.length > 1 && (
              <p className="xs muted">
                {`or, in place of the last word: ${otherWinners(subject)}`}
              </p>
            )}
          </>
        ) : (
          extras.decide(subject)
        )}
      </div>
    </div>
  );
}

const SUBJECT_CHARS = 60;

/** The command that records a decision; the beginning of a subject is enough to name it. */
function decideCommand(runId: string, { name, positions }: Subject): string {
  const winner = positionText(positions.at(-1)?.value ?? null);
  const begins = cut(name, SUBJECT_CHARS);
  // Cut at the end of a word, if there is one.
  const subject = begins === name ? name : begins.replace(/(?<=^.{20,}) \S*$/s, "");
  const words = [shortId(runId), subject, winner].map(shellWord);
  return `quorate decide ${words.join(" ")}`;
}

function otherWinners({ positions }: Subject): string {
  return positions
    .slice(0, -1)
    .map(({ value }) => shellWord(cut(positionText(value), SUBJECT_CHARS)))
    .join(", ");
}

/** The agents that hold a position without giving a reason. */
function Silent(props: { readonly subject: Subject; readonly position: number }): ReactNode {
  const { subject, position } = props;
  const silent = holdersOf(subject, position)
    .filter(({ evidence }) => evidence === undefined)
    .map(({ agent }) => visible(agent));
  if (silent.length === 0) return null;
  const holds =
    subject.kind === "finding"
      ? `${silent.length === 1 ? "does" : "do"} not report it`
      : `${silent.length === 1 ? "holds" : "hold"} “${visible(positionWords(subject, position))}”`;
  return (
    <div className="voice">
      <p>
        <b>{silent.length === 1 ? silent[0] : `${silent.length} agents`}</b> {holds}
      </p>
      {silent.length > 1 && <p className="muted xs">{fewNames(silent, 12)}</p>}
    </div>
  );
}

function placeText(file: string, line: number | undefined): string {
  const name = file.slice(file.lastIndexOf("/") + 1);
  return line === undefined ? name : `${name}:${line}`;
}
