import { useId, useMemo, useState, type ReactNode } from "react";
import { BillFold } from "../../../../src/money/bill.ts";
import type { RunEvent } from "../../../../src/model/events.ts";
import { runFold } from "../../../../src/report/run-view.ts";
import { costText } from "../../model/costs.ts";
import { pageOf, type RunPage } from "../../model/page.ts";
import type { Subject } from "../../model/subjects.ts";
import { visible } from "../../model/visible.ts";
import { count, dateTime, duration, share, shortId, timeOfDay } from "../../model/words.ts";
import { Chip, FateChip, SwitchField } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { Txt } from "../../parts/text.tsx";
import type { Client } from "../client.ts";
import { useLoaded } from "../desk.ts";
import { compare, type CallPair, type Comparison, type SubjectPair } from "../model/compare.ts";
import { wordDiff, type DiffPart } from "../model/word-diff.ts";
import { Failure, Frame, Go, Loading } from "../parts.tsx";
import { go } from "../route.ts";
import type { EventsAnswer, RunsAnswer } from "../../../../src/server/wire.ts";

const PAGE = 1_000;
/** Longer logs are not compared, since the page must hold both. */
const MOST_EVENTS = 200_000;

/** The page of a run, with its log so far. */
async function pageOfRun(client: Client, runId: string, signal: AbortSignal): Promise<RunPage> {
  const fold = runFold(runId);
  const bills = new BillFold();
  const path = `runs/${encodeURIComponent(runId)}/events`;
  for (let after = 0; after < MOST_EVENTS;) {
    const params = { after, limit: PAGE };
    const { events } = await client.get<EventsAnswer>(path, params, signal);
    for (const event of events) {
      fold.add(event);
      bills.add(event);
    }
    const last: RunEvent | undefined = events.at(-1);
    if (last === undefined) break;
    after = last.seq;
  }
  return pageOf(fold.view(), bills.bill());
}

interface ComparePageProps {
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Two runs, and only their differences. */
export function ComparePage({ before, after }: ComparePageProps): ReactNode {
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
    const from = of.from === undefined ? "" : `: ${visible(of.from)} was asked anew`;
    return `The second is a fork of the first${from}.`;
  }
  const names = [before, after].map((page) => visible(page?.run.supervisor.name ?? ""));
  return names[0] === names[1] ? `Both of ${names[0]}.` : `${names[0]}, and ${names[1]}.`;
}

/** The choice of the two runs: from the latest ones, or by id. */
function Choice({ before, after }: ComparePageProps): ReactNode {
  const { data } = useLoaded("runs", (client, signal) =>
    client.get<RunsAnswer>("runs", { limit: 50 }, signal),
  );
  const runs = data?.runs ?? [];
  const team = runs.find(({ runId }) => runId === before)?.supervisor.name;
  const set = (change: Partial<ComparePageProps>): void =>
    go({ page: "compare", before, after, ...change }, { replace: true });
  const field = (
    label: string,
    value: string | undefined,
    onValue: (value: string) => void,
    wanted: string | undefined,
  ): ReactNode => {
    const listed = runs
      .filter(({ supervisor }) => wanted === undefined || supervisor.name === wanted)
      .map(({ runId, supervisor, startedAtMs }) => ({
        runId,
        words: `${shortId(runId)} · ${visible(supervisor.name)} · ${dateTime(startedAtMs)}`,
      }));
    const isListed = value === undefined || listed.some(({ runId }) => runId === value);
    return (
      <Pick
        label={label}
        value={value ?? ""}
        onValue={onValue}
        listed={isListed ? listed : [{ runId: value, words: shortId(value) }, ...listed]}
      />
    );
  };
  return (
    <div className="vs choose">
      {field("Before", before, (value) => set({ before: value }), undefined)}
      {field("After", after, (value) => set({ after: value }), team)}
    </div>
  );
}

function Pick(props: {
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly listed: readonly { readonly runId: string; readonly words: string }[];
}): ReactNode {
  const { label, value, onValue, listed } = props;
  const id = useId();
  return (
    <div>
      <label className="lab" htmlFor={id}>
        {label}
      </label>
      <select
        id={id}
        className="input"
        value={value}
        onChange={(event) => onValue(event.target.value)}
      >
        <option value="" disabled>
          Choose a run
        </option>
        {listed.map(({ runId, words }) => (
          <option key={runId} value={runId}>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
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

interface Delta {
  readonly title: string;
  readonly before: string;
  readonly after: string;
  readonly detail: string;
}

function Deltas(props: {
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

const ROWS = 50;

function Verdicts({ found }: { readonly found: Comparison }): ReactNode {
  const { verdicts, sameVerdicts } = found;
  const [most, setMost] = useState(ROWS);
  const all = verdicts.length + sameVerdicts;
  return (
    <section className="card" aria-labelledby="verdicts-h">
      <header>
        <h2 id="verdicts-h">Verdicts that changed</h2>
        <span className="sub">{`${verdicts.length} of ${all}`}</span>
      </header>
      {verdicts.slice(0, most).map((pair) => (
        <VerdictPair key={pair.key} pair={pair} />
      ))}
      {verdicts.length > most && (
        <div className="under">
          <button type="button" className="lk" onClick={() => setMost(most + 5 * ROWS)}>
            {`${verdicts.length - most} more`}
          </button>
        </div>
      )}
      <p className="samefold">{sameWords(sameVerdicts, "verdict", "is", "are")}</p>
    </section>
  );
}

function sameWords(many: number, one: string, is: string, are: string): string {
  return many === 0
    ? "Nothing is the same in both."
    : `${count(many, one)} ${many === 1 ? is : are} the same in both.`;
}

function VerdictPair({ pair }: { readonly pair: SubjectPair }): ReactNode {
  const { before, after } = pair;
  const reasons = [before, after].map((one) => one?.verdict?.reasoning ?? "") as [string, string];
  const isOnce = before === undefined || after === undefined;
  const parts = useMemo(
    () => (isOnce ? whole(reasons[0] || reasons[1]) : wordDiff(reasons[0], reasons[1])),
    [isOnce, reasons[0], reasons[1]],
  );
  return (
    <div className="ch">
      <span className="n num">{(before ?? after)?.number}</span>
      <p className="w">
        <Txt>{(before ?? after)?.text ?? ""}</Txt>
      </p>
      <Side subject={before} parts={parts} side="gone" />
      <Side subject={after} parts={parts} side="new" />
    </div>
  );
}

/** A text that only one of the two runs has, without marked changes. */
function whole(text: string): readonly DiffPart[] {
  return text === "" ? [] : [{ kind: "same", text }];
}

interface SideProps {
  readonly subject: Subject | undefined;
  readonly parts: readonly DiffPart[];
  readonly side: "gone" | "new";
}

function Side({ subject, parts, side }: SideProps): ReactNode {
  return (
    <div className="side">
      {subject === undefined ? (
        <Chip icon="minus">nobody speaks of it</Chip>
      ) : (
        <FateChip subject={subject} />
      )}
      {subject !== undefined && (
        <p>
          <Diff parts={parts} side={side} />
        </p>
      )}
    </div>
  );
}

/** One side of two texts: common words plain, words of this side marked. */
function Diff({ parts, side }: Omit<SideProps, "subject">): ReactNode {
  return parts.map(({ kind, text }, index) => {
    if (kind === "same") return <Txt key={index}>{text}</Txt>;
    if (kind !== side) return null;
    const words = <Txt>{text}</Txt>;
    return kind === "gone" ? <del key={index}>{words}</del> : <ins key={index}>{words}</ins>;
  });
}

function Answers({ found }: { readonly found: Comparison }): ReactNode {
  const { answers, sameAnswers } = found;
  const [most, setMost] = useState(ROWS);
  const all = answers.length + sameAnswers;
  return (
    <section className="card" aria-labelledby="answers-h">
      <header>
        <h2 id="answers-h">Answers that changed</h2>
        <span className="sub">{`${answers.length} of ${count(all, "call")}; by words`}</span>
      </header>
      {answers.slice(0, most).map((pair) => (
        <AnswerPair key={pair.callId} pair={pair} />
      ))}
      {answers.length > most && (
        <div className="under">
          <button type="button" className="lk" onClick={() => setMost(most + 5 * ROWS)}>
            {`${answers.length - most} more`}
          </button>
        </div>
      )}
      <p className="samefold">{sameWords(sameAnswers, "answer", "is", "are")}</p>
    </section>
  );
}

/** The most characters of an answer that are compared. */
const MOST_CHARS = 20_000;

function AnswerPair({ pair }: { readonly pair: CallPair }): ReactNode {
  const { callId, before, after, texts } = pair;
  const [one, other] = texts;
  const parts = useMemo(
    () => wordDiff(one.slice(0, MOST_CHARS), other.slice(0, MOST_CHARS)),
    [one, other],
  );
  const head = (call: CallPair["before"]): string =>
    call === undefined
      ? "not asked"
      : call.model === undefined
        ? call.state
        : `model ${call.model}`;
  return (
    <div className="ch">
      <span className="n" />
      <p className="w">{visible(callId)}</p>
      <div className="side">
        <Chip>{visible(head(before))}</Chip>
        <p className="answer-text">
          <Diff parts={parts} side="gone" />
        </p>
      </div>
      <div className="side">
        <Chip>{visible(head(after))}</Chip>
        <p className="answer-text">
          <Diff parts={parts} side="new" />
        </p>
      </div>
    </div>
  );
}
