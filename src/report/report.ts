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

/** A question to the agents, and what was decided about it. */
export interface ReportVerdict extends Verdict {
  /** The nested team that asks a person about it. */
  readonly team?: string;
}

/**
 * A run as one JSON document: the same for a run that has just ended and for one that is read from its log. Plain data;
 * its texts are those of agents, and each renderer makes them safe for its own format.
 */
export interface Report {
  /** Identifies this kind of document and its version. */
  readonly schema: "quorate-report/1";
  readonly runId: string;
  /** `null` if only an outcome is known, which does not have it. */
  readonly team: { readonly name: string; readonly version?: string } | null;
  readonly status: OutcomeStatus | "running" | "interrupted" | "cancelled";
  /** Why it was cancelled. */
  readonly reason: string | null;
  /** What the team's gate or `--fail-on` says; `null` if it is undecided, or if there is no gate. */
  readonly passed: boolean | null;
  /** The subjects whose winner does not pass; empty if only an outcome is known, which does not have them. */
  readonly against: readonly string[];
  /** Why it is undecided whether it passes, `{ subject: "task", why: "is tied" }`; for a run with a gate whose log has the reason. */
  readonly unclear?: readonly { readonly subject: string; readonly why: string }[];
  /** In ms since 1970; `null` if only an outcome is known. */
  readonly startedAtMs: number | null;
  readonly durationMs: number | null;
  /** The verdict about `"task"`; `null` if no agent was asked that. */
  readonly verdict: ReportVerdict | null;
  /** The verdicts on the team's own questions. Also contains all questions that wait for a person, including those of nested teams. */
  readonly verdicts: readonly ReportVerdict[];
  /** Agents' findings: first those that stand, then the open ones, then those that do not stand; within these the most severe first, by file and line. */
  readonly findings: readonly ReportFinding[];
  readonly agents: readonly ReportAgent[];
  readonly missing: readonly Missing[];
  /** What the rest does not say by itself; warnings come first. */
  readonly notices: readonly Notice[];
  readonly bill: Bill | null;
}

/** The subject of the answer to the whole task. */
const TASK = "task";

/**
 * Makes the report of a run: from the outcome of `run()`, or from the run's events, as `store.read(runId)` returns them. An outcome alone does not
 * have the team's name and the times; the events of an unfinished run make a report of it so far. Throws `BAD_OPTIONS` for anything else.
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

/** The report of a run from the fold of its events. The log has a bill once the run has ended; until then it is `bill`. */
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
