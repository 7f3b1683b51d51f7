import { objectsIn, readGiven } from "../check/given.ts";
import { todaysEvents } from "../model/earlier-events.ts";
import { QuorateError } from "../model/errors.ts";
import type { RunEvent } from "../model/events.ts";
import type { Notice } from "../model/notices.ts";
import type { Bill, Missing, Outcome, OutcomeStatus } from "../model/outcome.ts";
import type { Verdict } from "../model/verdict.ts";
import { reportFindings, type ReportFinding } from "./report-finding.ts";
import { billOf } from "../money/bill.ts";
import { agentOf, membersOf, type ReportAgent } from "./report-agent.ts";
import { viewRun, type RunView } from "./run-view.ts";

/** A question that the agents answered, and what was decided about it. */
export interface ReportVerdict extends Verdict {
  /** The nested team that asks a person about it. */
  readonly team?: string;
}

/**
 * A run as one JSON document, for whoever reports it: the same for a run that has just ended and for one that is read from its log. Plain data;
 * the texts in it are those of agents, and each renderer makes them safe for its own format.
 */
export interface Report {
  /** Tells this document from others, and its versions from each other. */
  readonly schema: "quorate-report/1";
  readonly runId: string;
  /** `null` where only an outcome is known, which does not say it. */
  readonly team: { readonly name: string; readonly version?: string } | null;
  readonly status: OutcomeStatus | "running" | "interrupted" | "cancelled";
  /** Why it was cancelled. */
  readonly reason: string | null;
  /** What the team's gate says, or `--fail-on`; `null` where nobody can tell, or where there is no gate. */
  readonly passed: boolean | null;
  /** The subjects whose winner does not pass; empty where only an outcome is known, which does not say them. */
  readonly against: readonly string[];
  /** Why nobody can tell whether it passes, `{ subject: "task", why: "is tied" }`; of a run with a gate, where nobody can and its log says why. */
  readonly unclear?: readonly { readonly subject: string; readonly why: string }[];
  /** In ms since 1970; `null` where only an outcome is known. */
  readonly startedAtMs: number | null;
  readonly durationMs: number | null;
  /** What was decided about `"task"`; `null` where nobody was asked that. */
  readonly verdict: ReportVerdict | null;
  /** What was decided about questions, of the team itself. Questions that a person is asked are among them, also those of nested teams. */
  readonly verdicts: readonly ReportVerdict[];
  /** What agents reported: what stands first, then what is open, then what does not stand; within that the worst first, by file and line. */
  readonly findings: readonly ReportFinding[];
  readonly agents: readonly ReportAgent[];
  readonly missing: readonly Missing[];
  /** What the rest does not say by itself; those that warn come first. */
  readonly notices: readonly Notice[];
  readonly bill: Bill | null;
}

/** The subject of what the whole task is answered with. */
const TASK = "task";

/**
 * Makes the report of a run: of the outcome that `run()` resolved to, or of the run's events, as `store.read(runId)` has them. The outcome alone does not
 * say the team's name and the times; the events of a run that has not ended make a report of it so far. Throws `BAD_OPTIONS` for what is neither.
 */
export function report(run: Outcome | Iterable<RunEvent>): Report {
  return readGiven("what report() is given", run, () => {
    const given: unknown = run;
    if (typeof given === "object" && given !== null && Symbol.iterator in given) {
      const events = [...todaysEvents(objectsIn(given as Iterable<RunEvent>, "report()"))];
      const view = viewRun(events[0]?.runId ?? "", events);
      return reportOfView(view, view.bill ?? billOf(events));
    }
    const { runId, verdicts } = Object(given) as Readonly<Record<string, unknown>>;
    if (typeof runId === "string" && Array.isArray(verdicts))
      return reportOfOutcome(run as Outcome);
    const why = "report() is given neither an outcome nor events; give what run() resolved to";
    throw new QuorateError("BAD_OPTIONS", why);
  });
}

/** The report of a run as its events were folded. The log has a bill once the run has ended; until then it is `bill`. */
export function reportOfView(run: RunView, bill: Bill | undefined = run.bill): Report {
  const { name, version } = run.supervisor;
  const settled = new Map(
    run.verdicts.filter(({ team }) => team === "").map(({ it }) => [it.subject, it]),
  );
  const decided = run.settled?.flatMap((subject) => settled.get(subject) ?? []);
  return documentOf({
    runId: run.runId,
    team: { name, ...(version !== undefined && { version }) },
    status: run.status,
    reason: run.reason ?? null,
    passed: run.gate?.passed ?? null,
    against: run.gate?.against ?? [],
    ...(run.gate?.unclear !== undefined && { unclear: run.gate.unclear }),
    startedAtMs: run.startedAtMs,
    durationMs: run.lastAtMs - run.startedAtMs,
    verdicts: [
      ...(decided ?? settled.values()),
      ...run.open.map(({ team, it }) => (team === "" ? it : { ...it, team })),
    ],
    agents: membersOf(run),
    missing: run.missing,
    notices: run.notices,
    bill: bill ?? null,
  });
}

function reportOfOutcome(outcome: Outcome): Report {
  const { runId, status, results, verdicts, missing, notices, bill } = outcome;
  const agents = Object.entries(results).map(([agent, result]) => agentOf(agent, result));
  return documentOf({
    runId,
    team: null,
    status,
    reason: null,
    passed: outcome.passed,
    against: [],
    startedAtMs: null,
    durationMs: null,
    verdicts,
    agents,
    missing,
    notices,
    bill,
  });
}

type KnownOfRun = Omit<Report, "schema" | "verdict" | "findings">;

function documentOf({ verdicts, ...known }: KnownOfRun): Report {
  const questions = verdicts.filter(({ kind }) => kind === "claim");
  const { agents, missing, notices, bill, ...head } = known;
  return {
    schema: "quorate-report/1",
    ...head,
    verdict: questions.find(({ subject, team }) => subject === TASK && team === undefined) ?? null,
    verdicts: questions,
    findings: reportFindings(verdicts.filter(({ kind }) => kind === "finding")),
    agents,
    missing,
    notices: notices.toSorted((a, b) => Number(a.level === "info") - Number(b.level === "info")),
    bill,
  };
}
