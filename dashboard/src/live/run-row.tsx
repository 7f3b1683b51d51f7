import { useEffect, useState, type KeyboardEvent, type ReactNode } from "react";
import type { RunStatus, RunSummary } from "../../../src/store/store.ts";
import type { Report } from "../../../src/report/report.ts";
import { costText } from "../model/costs.ts";
import { visible } from "../model/visible.ts";
import {
  count,
  dateTime,
  duration,
  fewNames,
  positionText,
  shortId,
  timeOfDay,
} from "../model/words.ts";
import { Chip, type ChipProps } from "../parts/controls.tsx";
import type { IconName } from "../parts/icon.tsx";
import { Key } from "../parts/mark.tsx";
import { useSigned } from "./desk.ts";
import { follow } from "./parts.tsx";
import { hrefOf } from "./route.ts";
import type { RunAnswer } from "../../../src/server/wire.ts";

const STATUS: Readonly<Record<RunStatus, readonly [ChipProps["tone"], IconName, string]>> = {
  running: ["accent", "play", "running"],
  waiting: ["person", "person", "waits"],
  complete: [undefined, "check", "complete"],
  partial: ["warn", "alert", "partial"],
  failed: ["fail", "cross", "failed"],
  interrupted: ["warn", "pause", "interrupted"],
  cancelled: [undefined, "minus", "cancelled"],
};

export function StatusChip({ status }: { readonly status: RunStatus }): ReactNode {
  const [tone, icon, word] = STATUS[status];
  return (
    <Chip icon={icon} {...(tone !== undefined && { tone })}>
      {word}
    </Chip>
  );
}

interface RunRowProps {
  readonly run: RunSummary;
  readonly index: number;
  /** Whether Tab reaches this row; it reaches only one. */
  readonly reachable: boolean;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

/** A run: its status, and, once loaded, its result. */
export function RunRow({ run, index, reachable, onKeyDown }: RunRowProps): ReactNode {
  const { runId, supervisor, status, startedAtMs, endedAtMs } = run;
  const { title, ...tags } = run.tags ?? {};
  const report = useReport(run);
  const bill = report?.bill ?? null;
  const to = { page: "run", runId } as const;
  const durationMs =
    endedAtMs === null ? (report?.durationMs ?? undefined) : endedAtMs - startedAtMs;
  return (
    <a
      className="rn"
      href={hrefOf(to)}
      data-row={index}
      tabIndex={reachable ? 0 : -1}
      onClick={(event) => follow(event, to)}
      onKeyDown={onKeyDown}
    >
      <span className="c-status">
        <StatusChip status={status} />
      </span>
      <span className="c-what">
        <span className="t clip txt">{visible(title ?? supervisor.name)}</span>
        <span className="s">
          {title !== undefined && <span className="txt">{visible(supervisor.name)}</span>}
          <span className="mono">{shortId(runId)}</span>
          {Object.entries(tags).map(([name, value]) => (
            <span key={name} className="tag">
              {visible(`${name}=${value}`)}
            </span>
          ))}
        </span>
      </span>
      <span className="c-verdict">{report !== undefined && <Said report={report} />}</span>
      <span className="c-gate">{report !== undefined && <GateChip report={report} />}</span>
      <span className="c-cost num">{bill !== null && bill.calls > 0 && costText(bill.spent)}</span>
      <span className="c-time num">{durationMs === undefined ? "" : duration(durationMs)}</span>
      <span className="c-dissent">{report !== undefined && <Dissent report={report} />}</span>
      <time
        className="c-at num"
        dateTime={new Date(startedAtMs).toISOString()}
        title={dateTime(startedAtMs)}
      >
        {dayOrTime(startedAtMs)}
      </time>
    </a>
  );
}

/** The time if it is today, else the day. */
function dayOrTime(atMs: number): string {
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  return day(atMs) === day(Date.now()) ? timeOfDay(atMs).slice(0, 5) : day(atMs).slice(5);
}

/** One sentence with a bar: how many findings stand, wait, or were left out. */
function Said({ report }: { readonly report: Report }): ReactNode {
  const { findings, verdict, verdicts, agents, missing } = report;
  const stand = findings.filter(({ stands }) => stands === true).length;
  const waiting = [...verdicts, ...findings].filter(({ status }) => status === "waiting").length;
  const answered = agents.filter(({ status }) => status === "ok").length;
  const waits = waiting > 0 ? `${waiting} ${waiting === 1 ? "waits" : "wait"}` : "";
  if (findings.length > 0) {
    const open = findings.filter(({ status }) => status === "waiting").length;
    const rest = findings.length - stand - open;
    return (
      <>
        <span>
          {[
            `${stand} of ${count(findings.length, "finding")} ${stand === 1 ? "stands" : "stand"}`,
            waits,
          ]
            .filter(Boolean)
            .join(", ")}
        </span>
        <Split parts={[stand, open, rest]} />
      </>
    );
  }
  const told = verdict ?? verdicts[0];
  if (told === undefined) {
    return <span className="muted">{`${answered} of ${agents.length} answered`}</span>;
  }
  const words = visible(toldOf(told));
  return (
    <>
      <span className="clip">
        {verdicts.length > 1 ? `${words} and ${verdicts.length - 1} more` : words}
      </span>
      <span className="muted xs clip">
        {missing.length > 0
          ? `missing: ${fewNames(
              missing.map(({ agent }) => visible(agent)),
              2,
            )}`
          : waits || count(agents.length, "agent")}
      </span>
    </>
  );
}

const MOST_SIDES = 3;

/** What was decided, else what is open between whom. */
function toldOf({ winner, status, positions }: Report["verdicts"][number]): string {
  if (winner !== null) return `${positionText(winner)}, ${status}`;
  const isEven = positions.length > 1 && positions.length <= MOST_SIDES;
  if (!isEven) return status.replace("-", " ");
  const sides = positions.map(({ value }) => positionText(value)).join(" or ");
  const counts = positions.map(({ heldBy }) => heldBy.length).join(" to ");
  return status === "tied" ? `tied: ${sides}, ${counts}` : `${sides}: ${counts}`;
}

/** The parts of a whole as a bar; they are on the page in words, too. */
function Split({
  parts,
}: {
  readonly parts: readonly [stand: number, wait: number, rest: number];
}): ReactNode {
  const kinds = ["stand", "wait", "rest"] as const;
  return (
    <span className="split" aria-hidden="true">
      {parts.map((many, index) =>
        many > 0 ? (
          <i key={kinds[index]} className={kinds[index]} style={{ flexGrow: many }} />
        ) : null,
      )}
    </span>
  );
}

/** Only a run that has an outcome tells whether its team has a gate. */
const WITHOUT_GATE: Readonly<Record<Report["status"], string>> = {
  complete: "no gate",
  partial: "no gate",
  waiting: "not yet",
  running: "not yet",
  interrupted: "not yet",
  failed: "not reached",
  cancelled: "not reached",
};

function GateChip({ report }: { readonly report: Report }): ReactNode {
  const { passed, against, unclear, status } = report;
  if (passed === true) {
    return (
      <Chip tone="ok" icon="check">
        passes
      </Chip>
    );
  }
  if (passed === false) {
    return (
      <Chip tone="fail" icon="cross">
        does not pass
      </Chip>
    );
  }
  return (
    <span className="muted">
      {against.length > 0 || (unclear?.length ?? 0) > 0 ? "undecided" : WITHOUT_GATE[status]}
    </span>
  );
}

function Dissent({ report }: { readonly report: Report }): ReactNode {
  const counts = new Map<string, number>();
  const against = [
    ...report.verdicts.flatMap(({ dissent }) => dissent.map(({ agent }) => agent)),
    ...report.findings.flatMap(({ stands, reportedBy, notReportedBy }) =>
      stands === null ? [] : stands ? notReportedBy : reportedBy,
    ),
  ];
  for (const agent of against) counts.set(agent, (counts.get(agent) ?? 0) + 1);
  const names = [...counts].toSorted(([, a], [, b]) => b - a).map(([agent]) => visible(agent));
  if (names.length === 0) return <span className="muted">nobody</span>;
  const shown = names.slice(0, 2).join(", ");
  return (
    <span className="dis" title={fewNames(names, 12)}>
      <Key kind="against-not" />
      <span className="clip">{names.length > 2 ? `${shown} +${names.length - 2}` : shown}</span>
    </span>
  );
}

const kept = new Map<string, Report>();
const MOST_KEPT = 500;

/** A run's report, loaded when its row becomes visible, and again when the run has new events. */
function useReport({ runId, events, status }: RunSummary): Report | undefined {
  const { client } = useSigned();
  const key = `${runId} ${events} ${status}`;
  const [last, setLast] = useState<Report | undefined>(() => kept.get(key));
  useEffect(() => {
    const known = kept.get(key);
    if (known !== undefined) {
      setLast(known);
      return;
    }
    const leaving = new AbortController();
    // Rows that are only scrolled past load nothing.
    const timer = setTimeout(() => {
      client
        .get<RunAnswer>(`runs/${encodeURIComponent(runId)}`, {}, leaving.signal)
        .then(({ report }) => {
          if (report === undefined) return;
          if (kept.size >= MOST_KEPT) kept.clear();
          kept.set(key, report);
          setLast(report);
        })
        // A row without a report shows less; the list itself reports an unreachable server.
        .catch(() => {});
    }, 120);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [client, key, runId]);
  return last;
}
