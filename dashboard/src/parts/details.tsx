import type { ReactNode } from "react";
import type { Cost } from "../../../src/model/call.ts";
import type { AttemptView, CallView } from "../../../src/report/call-view.ts";
import { tokensCell } from "../../../src/report/spent.ts";
import { useDesk } from "../desk.ts";
import { costText } from "../model/costs.ts";
import { PERSON, type CallWord, type Lane } from "../model/lanes.ts";
import type { Subject } from "../model/subjects.ts";
import { visible } from "../model/visible.ts";
import { count, duration, fewNames, jsonText } from "../model/words.ts";
import { callHref, subjectHref } from "../model/place.ts";
import { Chip, FateChip, type ChipProps } from "./controls.tsx";
import type { IconName } from "./icon.tsx";
import { LongText, Txt } from "./text.tsx";

const WORDS: Readonly<Record<CallWord, readonly [ChipProps["tone"], IconName]>> = {
  answered: ["ok", "check"],
  cached: ["ok", "again"],
  failed: ["fail", "cross"],
  "timed out": ["fail", "clock"],
  "not asked": [undefined, "minus"],
  queued: [undefined, "clock"],
  working: ["accent", "play"],
  waits: ["person", "person"],
  interrupted: ["warn", "pause"],
};

/** The selected call: its cost, its attempts, its answer. */
export function Details(): ReactNode {
  const { page, selected } = useDesk();
  const lane = page.lanes.find(({ id }) => id === selected) ?? page.lanes[0];
  return (
    <section className="card details" id="details" aria-label="Selected call" tabIndex={0}>
      {lane === undefined ? (
        <div className="sec">
          <p>
            <b>Nobody has been asked yet.</b>
          </p>
          <p className="muted">Calls stand here as soon as there are any.</p>
        </div>
      ) : (
        <Selected key={lane.id} lane={lane} />
      )}
    </section>
  );
}

function Selected({ lane }: { readonly lane: Lane }): ReactNode {
  const { call, word, name } = lane;
  const [tone, icon] = WORDS[word];
  const about =
    call === undefined
      ? []
      : [
          call.role === "team" && "a team",
          call.role === "judge" && "a judge",
          call.model !== undefined && `model ${visible(call.model)}`,
          call.team !== "" && `in ${visible(call.team)}`,
        ];
  return (
    <>
      <header>
        <h2 className="clip">{name}</h2>
        <Chip icon={icon} {...(tone !== undefined && { tone })}>
          {word}
        </Chip>
        <span className="sub">{about.filter(Boolean).join(" · ")}</span>
      </header>
      {lane.id === PERSON && <Decisions />}
      {call !== undefined && <CallPart lane={lane} call={call} />}
    </>
  );
}

function CallPart({ lane, call }: { readonly lane: Lane; readonly call: CallView }): ReactNode {
  const { page } = useDesk();
  const { cost, attempts, via, reusedFrom, escalated } = call;
  return (
    <>
      <div className="sec">
        <dl className="kv">
          <Figure name="Queued" value={duration(lane.queuedMs)} />
          <Figure name="Worked" value={attempts.length === 0 ? "—" : duration(lane.workedMs)} />
          <Figure name="Tokens in / out" value={cost === undefined ? "—" : tokensText(cost)} />
          <Figure name="Cost" value={cost === undefined ? "—" : costText(cost)} />
        </dl>
      </div>
      {lane.note !== undefined && (
        <div className="sec">
          <p>
            <Txt>{lane.note}</Txt>
          </p>
          {reusedFrom !== undefined && (
            <p className="muted xs">{`First answered in run ${visible(reusedFrom)}.`}</p>
          )}
        </div>
      )}
      {via !== undefined && (
        <div className="sec">
          <p className="xs muted">
            {"It stands in for "}
            <a href={callHref(via.callId)}>{visible(via.callId)}</a>
            {` (${via.why}).`}
          </p>
        </div>
      )}
      {escalated.map(({ why, detail }, index) => (
        <div key={index} className="sec">
          <p className="xs muted">{`Not left at that: ${why}${detail === undefined ? "" : `, ${visible(detail)}`}.`}</p>
        </div>
      ))}
      {attempts.length > 0 && <Attempts attempts={attempts} startedAtMs={page.run.startedAtMs} />}
      <Output call={call} />
      <div className="sec">
        <h3>Input of the run</h3>
        <LongText>{jsonText(page.run.input)}</LongText>
      </div>
    </>
  );
}

function tokensText(cost: Cost): string {
  const input = tokensCell(cost, "inputTokens");
  const output = tokensCell(cost, "outputTokens");
  return input === "unknown" && output === "unknown" ? "unknown" : `${input} / ${output}`;
}

function Figure({ name, value }: { readonly name: string; readonly value: string }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

interface AttemptsProps {
  readonly attempts: readonly AttemptView[];
  readonly startedAtMs: number;
}

function Attempts({ attempts, startedAtMs }: AttemptsProps): ReactNode {
  return (
    <div className="sec">
      <h3>{count(attempts.length, "attempt")}</h3>
      {attempts.map((attempt) => (
        <div key={attempt.number} className="att">
          <span className="faint num">{attempt.number}</span>
          <b>{attemptWord(attempt)}</b>
          <span className="muted num">
            {`began at ${duration(attempt.startedAtMs - startedAtMs)}`}
          </span>
          <span className="num">
            {attempt.endedAtMs === null ? "" : duration(attempt.endedAtMs - attempt.startedAtMs)}
          </span>
          {attemptNotes(attempt).map((note) => (
            <p key={note}>
              <Txt>{note}</Txt>
            </p>
          ))}
        </div>
      ))}
    </div>
  );
}

function attemptWord({ answered, endedAtMs, error, toldBy }: AttemptView): string {
  if (answered) return "answered";
  if (endedAtMs === null) return "open";
  if (toldBy !== undefined) return "put off by the service";
  return error?.code === "TIMEOUT" ? "timed out" : "failed";
}

function attemptNotes({ queued, error, toldBy, late, tier, startedAtMs, endedAtMs }: AttemptView) {
  const notes: string[] = [];
  if (queued !== undefined && startedAtMs > queued.atMs) {
    const { kind, name } = queued.waitsFor;
    const what = {
      concurrency: "a slot of",
      limiter: "the limiter",
      budget: "money of the budget",
    };
    notes.push(`It waited ${duration(startedAtMs - queued.atMs)} for ${what[kind]} ${name}.`);
  }
  if (tier !== undefined) notes.push(`At the tier ${tier}.`);
  if (error !== undefined) notes.push(error.message);
  if (toldBy !== undefined && toldBy !== "")
    notes.push(`The limiter ${toldBy} lets fewer through.`);
  if (late !== undefined) {
    const after = duration(late.atMs - (endedAtMs ?? late.atMs));
    notes.push(
      late.settled === "abandoned"
        ? `It had not stopped ${after} later, and was left behind.`
        : `It ${late.settled} ${after} later: recorded as late, not counted.`,
    );
  }
  return notes;
}

/** Its answer: the findings with their states, else the output. */
function Output({ call }: { readonly call: CallView }): ReactNode {
  const { page } = useDesk();
  if (call.output === undefined) return null;
  const reported = reportsOf(page.subjects, call);
  const alike = aliasesOf(page.subjects, call);
  const same = alike.length === 0 ? "" : ` · the same as ${fewNames(alike.map(visible))}`;
  return (
    <div className="sec">
      <h3>
        {reported.length === 0 ? "Output" : `Output: ${count(reported.length, "finding")}${same}`}
      </h3>
      {reported.length > 0 ? (
        <ol className="out">
          {reported.map(({ subject, text }) => (
            <li key={subject.number}>
              <span className="n num">{subject.number}</span>
              <div>
                <a href={subjectHref(subject.number)}>
                  <Txt>{text}</Txt>
                </a>{" "}
                <FateChip subject={subject} />
              </div>
            </li>
          ))}
        </ol>
      ) : (
        <LongText>{jsonText(call.output)}</LongText>
      )}
      {call.redacted === true && <p className="xs muted">Secrets were taken out of it.</p>}
    </div>
  );
}

function reportsOf(subjects: readonly Subject[], call: CallView) {
  return subjects.flatMap((subject) => {
    if (subject.kind !== "finding" || subject.team !== call.team) return [];
    const own = subject.positions
      .find(({ value }) => value === "present")
      ?.heldBy.find(({ agent }) => agent === call.agent);
    return own === undefined ? [] : [{ subject, text: own.evidence ?? subject.text }];
  });
}

/** The agents with the same positions on every subject. */
function aliasesOf(subjects: readonly Subject[], call: CallView): readonly string[] {
  const own = subjects.filter(({ team }) => team === call.team);
  const sign = (agent: string): string =>
    own.map(({ held }) => String(held.get(agent)?.position)).join();
  const agents = new Set(own.flatMap(({ held }) => [...held.keys()]));
  const mine = sign(call.agent);
  return own.length < 2
    ? []
    : [...agents].filter((agent) => agent !== call.agent && sign(agent) === mine);
}

function Decisions(): ReactNode {
  const { run } = useDesk().page;
  return (
    <>
      {run.open.length > 0 && (
        <div className="sec">
          <p>{`Asked about ${count(run.open.length, "subject")}; nobody has decided yet.`}</p>
        </div>
      )}
      {run.decisions.map(({ subject, by, why, atMs }) => (
        <div key={subject} className="sec">
          <h3>{`decided ${duration(atMs - run.startedAtMs)} into the run`}</h3>
          <p>
            <b>{visible(by ?? "A person")}</b>
            {": "}
            <Txt>{why}</Txt>
          </p>
          <p className="muted xs">
            <Txt>{subject}</Txt>
          </p>
        </div>
      ))}
    </>
  );
}
