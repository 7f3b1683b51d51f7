import { failureRecord } from "../../engine/call-failure.ts";
import { Cancellation, cancelWith, either } from "../../async/cancellation.ts";
import { sleep } from "../../async/sleep.ts";
import type { Claim } from "../../conflict/claim.ts";
import { said, type Said } from "../../conflict/said.ts";
import { takeOutput, unkept } from "../../engine/accept.ts";
import { outcomeOf, type CallOutcome } from "../../engine/call-outcome.ts";
import type { CallSpec } from "../../engine/call-spec.ts";
import { isDeadline } from "../../engine/deadline.ts";
import { newCall, nextAttempt } from "../../engine/call-state.ts";
import { mapInput } from "../../engine/input.ts";
import type { CallContent } from "../../engine/key.ts";
import { contentOf, recordedCall } from "../../engine/recorded-call.ts";
import { reuse } from "../../engine/reuse.ts";
import type { Run } from "../../engine/run.ts";
import { PLAIN_SEAT } from "../../engine/seat.ts";
import { describeThrown, errorRecord, QuorateError } from "../../errors.ts";
import { canonicalJson } from "../../json.ts";
import type { EventBody } from "../../events.ts";
import type { Missing, Outcome, OutcomeStatus } from "../../outcome.ts";
import { mergeLimits } from "../../policy/limits.ts";
import { retryWaitMs } from "../../policy/retry.ts";
import type { Verdict } from "../../resolve/verdict.ts";
import { coordinate, type Coordinated } from "./coordinate.ts";
import { keepLesson, learnedBefore } from "../run/learned.ts";
import { planFor, recordedPlan } from "../team/route.ts";
import type { Seating } from "../team/seating.ts";
import type { Team } from "../team/team.ts";

/** What a nested supervisor answers where it has no `answer` of its own. */
export interface TeamAnswer {
  readonly status: OutcomeStatus;
  readonly verdicts: readonly Verdict[];
  readonly missing: readonly Missing[];
  /** Whether any of its agents looks for open findings, whatever was found. */
  readonly reviewed: boolean;
}

/**
 * Asks a nested supervisor once: the same events around it as around an agent, but no slot, and a timeout and retries only
 * where `asWorker` gives them. Its agents are calls of the same run. Rejects only when the run is cancelled, or its
 * store fails.
 */
export async function performTeam(
  run: Run,
  seating: Seating,
  spec: CallSpec,
): Promise<CallOutcome> {
  const { journal, clock, cancellation } = run;
  const { team } = seating;
  const { callId } = spec;
  const agent = team.label.name;
  const { retries = 0 } = team.asWorker;
  const limits = mergeLimits(team.limits);
  const firstMs = clock.monotonic();
  const content = teamContent(run, seating, spec);
  const begun = recordedCall(run, spec, content);
  const key = begun?.key ?? (content && run.keys?.of(content));
  if (begun?.end !== undefined) {
    return outcomeOf(begun.end, (output) => statementOf(team, output));
  }
  const reused = await reuse(
    run,
    { ...PLAIN_SEAT, agent: team.label, limits },
    { spec, input: undefined, key, state: begun ?? newCall(callId, key) },
    (output) => statementOf(team, output),
    true,
  );
  if (reused !== undefined) return reused;

  for (let attempt = begun === undefined ? 1 : nextAttempt(begun); ; attempt++) {
    // One that was stopped in the middle goes on; all that counts in it are its agents' calls.
    if (begun?.phase !== "begun" || attempt > begun.attempt) {
      await journal.record([
        key === undefined
          ? { type: "call.started", callId, agent, attempt }
          : { type: "call.started", callId, agent, attempt, key },
      ]);
    }
    // A repeated team asks its agents anew, and no two calls of a run share an id.
    const prefix = attempt === 1 ? `${callId}/` : `${callId}~${attempt}/`;
    let error: QuorateError;
    try {
      const answer = await once(run, seating, spec, prefix);
      if (answer === undefined) {
        const detail = `${agent} waits for a person`;
        return { result: { status: "waiting", detail }, said: undefined };
      }
      const { output, statement } = answer;
      const durationMs = clock.monotonic() - firstMs;
      const cost = run.bill.sums(callId).spent;
      const kept = answerAsKept(run, team, output);
      const body: EventBody = {
        type: "call.succeeded",
        callId,
        agent,
        attempt,
        durationMs,
        ...kept,
        cost,
      };
      const excess = journal.excess(body, limits.maxBytes);
      if (excess !== undefined) throw unkept(agent, excess);
      await journal.record([body]);
      const result = { status: "ok", output, attempts: attempt, durationMs, cost } as const;
      return { result, said: statement };
    } catch (thrown) {
      if (cancellation.cancelled) throw cancellation.reason;
      error = teamError(agent, thrown);
    }
    const waitMs =
      attempt > retries || run.deadline?.cancelled === true
        ? undefined
        : retryWaitMs(error, attempt, limits.backoff, clock.now());
    if (waitMs === undefined) {
      const durationMs = clock.monotonic() - firstMs;
      const cost = run.bill.sums(callId).spent;
      await journal.record([
        {
          type: "call.failed",
          callId,
          agent,
          attempt,
          durationMs,
          error: failureRecord(error, clock.now()),
          cost,
        },
      ]);
      const result = { status: "failed", error, attempts: attempt, durationMs, cost } as const;
      return { result, said: undefined };
    }
    await journal.record([
      {
        type: "call.retried",
        callId,
        agent,
        attempt,
        error: errorRecord(error),
        waitMs,
        cost: run.bill.sums(callId).spent,
      },
    ]);
    using until = either(cancellation, run.deadline);
    await sleep(clock, waitMs, until.cancellation).catch((reason: unknown) => {
      if (cancellation.cancelled || !isDeadline(reason)) throw reason;
    });
  }
}

interface Answer {
  readonly output: unknown;
  readonly statement: Said | undefined;
}

/** One attempt: the team's whole part of the run, under its own timeout. Nothing when it waits for a person. */
async function once(
  outer: Run,
  seating: Seating,
  { task: given, results, map, checked, derived }: CallSpec,
  prefix: string,
): Promise<Answer | undefined> {
  const { team } = seating;
  const { name } = team.label;
  const { maxBytes } = mergeLimits(team.limits);
  const { timeoutMs = Infinity } = team.asWorker;
  const { clock } = outer;
  const startedMs = clock.monotonic();
  const timeOut = (): void => {
    const why = `${name} timed out after ${timeoutMs} ms`;
    cancellation.cancel(new QuorateError("TIMEOUT", why));
  };
  // The timer does not ring while an agent keeps the event loop from turning.
  const cancellation = new Cancellation(() => {
    if (!outer.cancellation.cancelled && clock.monotonic() - startedMs > timeoutMs) timeOut();
  });
  using _outer = cancelWith(outer.cancellation, cancellation);
  const run: Run = { ...outer, cancellation };
  using _timer = timeoutMs === Infinity ? undefined : clock.timer(timeoutMs, timeOut);

  const task = map === undefined ? given : mapInput(name, map, given, results, maxBytes);
  const scope = prefix.slice(0, -1);
  const recorded = recordedPlan(team, run.history?.plan(scope));
  using until = either(cancellation, outer.deadline);
  const plan = recorded ?? (await planFor(team, task, until.cancellation));
  const learned = await learnedBefore(run, team, scope);
  if (recorded === undefined) {
    const { mode, agents } = plan;
    const before = learned === undefined ? {} : { learned };
    run.journal.note([{ type: "run.planned", callId: scope, mode, agents, ...before }]);
  }
  const known = map === undefined ? checked : new Map();
  const assignment = {
    task,
    plan,
    prefix,
    checked: known,
    derived: derived === true || map !== undefined,
  };
  const done = await coordinate(run, seating, assignment, performTeam);
  if (cancellation.cancelled) throw cancellation.reason;
  if (done.status === "waiting") return undefined;
  if (done.status === "failed") {
    const why = done.missing.map(({ agent, detail }) => `${agent}: ${detail}`).join("; ");
    const cause = failureOf(team, done.results);
    throw new QuorateError("TEAM_FAILED", `the team ${name} failed: ${why}`, cause && { cause });
  }
  await keepLesson(run, team, scope, done.verdicts);
  const output = takeOutput(name, answerOf(team, run, done, prefix), maxBytes);
  return { output, statement: statementOf(team, output) };
}

/** What a team failed with: what those failed with that it cannot do without, else what any did. */
function failureOf({ members }: Team, results: Coordinated["results"]): Error | undefined {
  const failed = members.flatMap(({ name, required }) => {
    const result = results[name];
    return result?.status === "failed" ? [{ required, error: result.error }] : [];
  });
  const fatal = failed.filter(({ required }) => required);
  const errors = (fatal.length > 0 ? fatal : failed).map(({ error }) => error);
  return errors.length > 1 ? new AggregateError(errors, "several agents failed") : errors[0];
}

function answerOf(team: Team, run: Run, done: Coordinated, prefix: string): unknown {
  const { status, results, verdicts, conflicts, missing, reviewed } = done;
  if (team.answer === undefined) {
    return { status, verdicts, missing, reviewed } satisfies TeamAnswer;
  }
  const outcome: Outcome = {
    runId: run.journal.runId,
    status,
    results,
    verdicts,
    conflicts,
    missing,
    bill: run.bill.bill(prefix.slice(0, -1)),
  };
  return team.answer(outcome);
}

/** Its verdicts without their secrets, as they stand in the log by themselves: no path leads to those in an answer. */
function answerAsKept(
  { redact }: Run,
  { answer }: Team,
  output: unknown,
): { readonly output: unknown; readonly redacted?: true } {
  if (redact === undefined || answer !== undefined) return { output };
  const given = output as TeamAnswer;
  const kept: TeamAnswer = {
    ...given,
    verdicts: given.verdicts.map(redact.verdict),
    missing: given.missing.map((one) => ({ ...one, detail: redact.text(one.detail) })),
  };
  return canonicalJson(kept) === canonicalJson(given)
    ? { output }
    : { output: kept, redacted: true };
}

/**
 * What a team's answer says. Of its verdicts, each decided one is one claim of the team, and a finding that stands is one
 * that the team reports.
 */
function statementOf({ label, answer }: Team, output: unknown): Said | undefined {
  const agent = label.name;
  if (answer !== undefined) return said({ name: agent, claims: undefined }, output);
  const { verdicts, reviewed } = output as TeamAnswer;
  const claims: Claim[] = [];
  const findings: string[] = [];
  for (const { kind, subject, status, winner, reasoning } of verdicts) {
    if (status !== "unanimous" && status !== "decided") continue;
    if (kind === "claim") claims.push({ agent, subject, position: winner, evidence: reasoning });
    else if (winner === "present") findings.push(subject);
  }
  return { claims, findings: reviewed ? findings : undefined };
}

function teamContent(run: Run, seating: Seating, spec: CallSpec): CallContent | undefined {
  if (run.keys === undefined) return undefined;
  const { task, results, map } = spec;
  const { name } = seating.team.label;
  const { maxBytes } = mergeLimits(seating.team.limits);
  try {
    const input = map === undefined ? task : mapInput(name, map, task, results, maxBytes);
    return contentOf(seating.definition(), input, spec);
  } catch {
    // The attempt will say what is wrong with the input.
    return undefined;
  }
}

function teamError(name: string, thrown: unknown): QuorateError {
  return thrown instanceof QuorateError
    ? thrown
    : new QuorateError("TEAM_FAILED", `the team ${name} failed: ${describeThrown(thrown)}`, {
        cause: thrown,
      });
}
