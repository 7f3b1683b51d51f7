import { Cancellation, cancelWith, followAwake } from "../async/cancellation.ts";
import { systemClock } from "../async/clock.ts";
import type { Checked } from "../check/options.ts";
import type { Executor } from "../executor/executor.ts";
import { makeExecutor } from "../executor/make-executor.ts";
import { isSamePosition } from "../learning/history/ballot.ts";
import { NO_COST } from "../model/call.ts";
import { describeThrown } from "../model/errors.ts";
import type { Json } from "../model/json.ts";
import type { Outcome } from "../model/outcome.ts";
import type { Verdict } from "../model/verdict.ts";
import { beginRun } from "../run/begin.ts";
import { executorFor, makeRoot } from "../run/make-root.ts";
import type { Root } from "../run/root.ts";
import type { Lessons } from "../resolve/resolver.ts";
import type { Store } from "../store/store.ts";
import type { Supervisor } from "../supervisor.ts";
import { memory } from "../team/backend.ts";
import type { RunOptions } from "../team/run-options.ts";
import { teamOf, type Team } from "../team/team.ts";
import { answeringExecutor, type AnsweredRun } from "./answering-executor.ts";
import type { TakenCase } from "./eval-case.ts";
import type { EVAL } from "./eval-options.ts";
import type { EvaluatedCase, EvaluatedTruth } from "./evaluation.ts";
import type { KeptAnswers } from "./kept-answers.ts";

/** One team, and its cases. */
export interface CasesOfTeam {
  readonly name: string;
  readonly team: Supervisor;
  readonly cases: readonly TakenCase[];
  readonly answers: KeptAnswers;
  readonly options: Checked<typeof EVAL>;
}

/** The scope of an evaluation's budget: its backend is its own. */
const BUDGET_SCOPE = "evaluation";

/** Gives a team all cases, a few at once; returns the results in their order. Rejects with the reason of the signal, and if an answer cannot be kept. */
export async function runCases(given: CasesOfTeam): Promise<readonly EvaluatedCase[]> {
  const { name, team, cases, answers, options } = given;
  const { live, history, onCase, signal, atOnce } = options;
  const cancelling = new Cancellation();
  using _following = signal === undefined ? undefined : followAwake(signal, cancelling);
  // Ended runs are not needed any more: an outcome has everything.
  using backend = memory({ resumable: true, keepRuns: 1 });
  const runs = new Map<string, AnsweredRun>();
  const own = teamOf(team) as Team;
  let asking: Executor | undefined;
  const root = makeRoot({
    team: withLessonsOf(own, history?.store),
    backend,
    clock: systemClock,
    executor(registry) {
      if (live)
        asking = makeExecutor(executorFor(own, team.backend), registry, {
          name: own.label.name,
          where: own.where,
        });
      const failed = (error: unknown): void => cancelling.cancel(error);
      return answeringExecutor({ answers, live: asking, failed, runs });
    },
  });
  const done: EvaluatedCase[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < cases.length && !cancelling.cancelled) {
      const place = next++;
      const one = await runCase(root, cases[place] as TakenCase, {
        runId: `case-${place + 1}`,
        runs,
        cancelling,
        options,
      });
      if (one === undefined) return;
      done[place] = one;
      onCase?.(one, name);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(atOnce, cases.length) }, work));
  } catch (error) {
    // An error of `onCase` goes to its caller.
    cancelling.cancel(error);
  } finally {
    await asking?.close();
  }
  if (cancelling.cancelled) throw cancelling.reason;
  return done;
}

interface OneCase {
  readonly runId: string;
  readonly runs: Map<string, AnsweredRun>;
  readonly cancelling: Cancellation;
  readonly options: Checked<typeof EVAL>;
}

/** `undefined` if the evaluation is cancelled. */
async function runCase(
  root: Root,
  of: TakenCase,
  { runId, runs, cancelling, options }: OneCase,
): Promise<EvaluatedCase | undefined> {
  const answered: AnsweredRun = { of, asked: 0, unrecorded: new Set() };
  runs.set(runId, answered);
  const started = beginRun(root, of.input, runOptionsOf(runId, options));
  using _stopping = cancelWith(cancelling, started.cancellation);
  try {
    return evaluated(answered, await started.outcome);
  } catch (error) {
    if (cancelling.cancelled) return undefined;
    return evaluated(answered, undefined, describeThrown(error));
  } finally {
    runs.delete(runId);
    // Otherwise a run that waits for a person would be kept.
    if (!cancelling.cancelled) await root.backend.store.erase({ run: runId });
  }
}

function runOptionsOf(runId: string, options: Checked<typeof EVAL>): RunOptions {
  const { budgetUsd, prices, deadlineMs } = options;
  return {
    runId,
    ...(budgetUsd !== undefined && { budget: { usd: budgetUsd, scope: BUDGET_SCOPE } }),
    ...(prices !== undefined && { prices }),
    ...(deadlineMs !== undefined && { deadlineMs }),
  };
}

function evaluated(
  { of, asked, unrecorded }: AnsweredRun,
  outcome: Outcome | undefined,
  error: string | null = null,
): EvaluatedCase {
  return {
    id: of.id,
    status: outcome?.status ?? "error",
    error,
    truths: [...of.truths].map(([subject, truth]) =>
      againstTruth(verdictAbout(subject, outcome), subject, truth, outcome !== undefined),
    ),
    calls: outcome?.bill.calls ?? 0,
    asked,
    spent: outcome?.bill.spent ?? NO_COST,
    missing: outcome?.missing ?? [],
    unrecorded: [...unrecorded],
  };
}

/** A question is preferred to a finding with the same words. */
function verdictAbout(subject: string, outcome: Outcome | undefined): Verdict | undefined {
  const about = (outcome?.verdicts ?? []).filter((verdict) => verdict.subject === subject);
  return about.find(({ kind }) => kind === "claim") ?? about[0];
}

function againstTruth(
  verdict: Verdict | undefined,
  subject: string,
  truth: Json,
  isSettled: boolean,
): EvaluatedTruth {
  if (verdict === undefined) {
    // The team takes a finding that nobody reports for absent.
    const right = isSettled && truth === "absent";
    return { subject, truth, status: "none", winner: null, confidence: null, right };
  }
  const { status, winner, confidence } = verdict;
  const right = winner !== null && isSamePosition(winner, truth);
  return { subject, truth, status, winner, confidence: winner === null ? null : confidence, right };
}

/** The team and its nested teams, with what was learned in that store; nothing is written there. */
function withLessonsOf(team: Team, store: Store | undefined): Team {
  return {
    ...team,
    lessons: team.lessons && readOnly(team.lessons, store),
    members: team.members.map((member) =>
      "members" in member.worker
        ? { ...member, worker: withLessonsOf(member.worker, store) }
        : member,
    ),
  };
}

function readOnly(lessons: Lessons, store: Store | undefined): Lessons {
  return {
    learned: async (_values, nowMs) =>
      store === undefined ? {} : await lessons.learned(store.values, nowMs),
    keep: async () => undefined,
  };
}
