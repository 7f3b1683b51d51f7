import { Cancellation, cancelWith, either } from "../../async/cancellation.ts";
import { scopeOf, teamPlace, type TeamPlace } from "../../model/call-place.ts";
import { NO_COST } from "../../model/call.ts";
import type { Claim, PlacedFinding } from "../../model/claim.ts";
import { readClaims, type Assertions } from "../../conflict/read-claims.ts";
import { takeOutput } from "../../call/accept.ts";
import { attempts, type InPlace, type MakeAttempt } from "../../call/attempts.ts";
import type { CallOutcome } from "../../call/call-outcome.ts";
import type { CallSpec, PreparedCall } from "../../call/call-spec.ts";
import type { AttemptResult } from "../../call/decide-attempt.ts";
import { mapInput } from "../../call/input.ts";
import { prepareCall } from "../../call/prepare-call.ts";
import { replayOrReuse } from "../../call/cache/reuse.ts";
import type { Run } from "../../call/run.ts";
import { PLAIN_AGENT } from "../../call/configured-agent.ts";
import { describeThrown, QuorateError } from "../../model/errors.ts";
import { canonicalJson } from "../../model/json.ts";
import type { Missing, Outcome, OutcomeStatus } from "../../model/outcome.ts";
import { mergeLimits } from "../../describe/limits.ts";
import { isSettled } from "../../resolve/gate.ts";
import type { Verdict } from "../../model/verdict.ts";
import { noticesAdded } from "../decide/notices-added.ts";
import { answerIn, gatedTeam } from "../decide/gated-team.ts";
import { coordinate, type Coordinated } from "./coordinate.ts";
import { withPanel } from "../freeze-panel.ts";
import { keepLesson, learnedBefore } from "../learned.ts";
import { plannedEvent } from "../plan.ts";
import { planFor, recordedPlan } from "../route.ts";
import { routeSpending } from "../route-spending.ts";
import type { ConfiguredTeam } from "../configure-team.ts";
import { limitsAsWorker, type Team } from "../team.ts";

/** What a nested supervisor answers if it has no `answer` of its own. */
export interface TeamAnswer {
  readonly status: OutcomeStatus;
  readonly verdicts: readonly Verdict[];
  readonly missing: readonly Missing[];
  /** Whether its agents looked for open findings, with or without success, and more did than failed. */
  readonly reviewed: boolean;
}

/**
 * Asks a nested supervisor once: with the same events around it as around an agent, but without a slot, and with a timeout and retries only
 * if `asWorker` gives them. Its agents are calls of the same run. Rejects only if the run is cancelled, or its
 * store fails.
 */
export async function performTeam(
  run: Run,
  configuredTeam: ConfiguredTeam,
  spec: CallSpec,
): Promise<CallOutcome> {
  const { team } = configuredTeam;
  const callee = calleeOf(configuredTeam);
  const input = inputOf(team, spec);
  const { value, fault } = input;
  const definition = fault === undefined ? configuredTeam.definition : undefined;
  const call = prepareCall(run, definition, spec, value);
  const known = await replayOrReuse(run, callee, call, (output) => statementOf(team, output));
  return known ?? attempts(run, callee, call, attemptsAt(configuredTeam, call, input));
}

function calleeOf({ team, place }: ConfiguredTeam): InPlace {
  const { name, version } = team.label;
  return { ...PLAIN_AGENT, place, agent: { name, version }, limits: limitsAsWorker(team) };
}

/** The input of a team, or the reason why it cannot be made, with which its attempt fails. */
interface Input {
  readonly value?: unknown;
  readonly fault?: { readonly thrown: unknown };
}

function inputOf({ label, limits }: Team, { task, results, map }: CallSpec): Input {
  if (map === undefined) return { value: task };
  try {
    return { value: mapInput(label.name, map, task, results, mergeLimits(limits).maxBytes) };
  } catch (thrown) {
    return { fault: { thrown } };
  }
}

/** How attempts at a team are made: each asks all of its agents, and only their calls count. */
function attemptsAt(
  configuredTeam: ConfiguredTeam,
  { spec, state }: PreparedCall,
  input: Input,
): MakeAttempt<InPlace> {
  const { place } = spec;
  const { callId, agent } = place;
  return async (run, _callee, { attempt, key }) => {
    const { bill, clock, journal } = run;
    const startedMs = clock.monotonic();
    // An attempt that was stopped halfway continues.
    if (state.phase !== "begun" || attempt > state.attempt) {
      const started = { type: "call.started", ...place, attempt } as const;
      await journal.record([key === undefined ? started : { ...started, key }]);
    }
    const takes = () => ({
      startedMs,
      endedMs: clock.monotonic(),
      cost: NO_COST,
      total: bill.sums(callId).spent,
    });
    try {
      // A repeated team asks its agents again, and no two calls of a run share an id.
      const at = teamPlace(callId, attempt);
      const answer = await once(run, configuredTeam, spec, input, at);
      if (answer === undefined) return { ok: false, waits: `${agent} waits for a person` };
      return { ok: true, ...answer, ...takes() };
    } catch (thrown) {
      return { ok: false, error: teamError(agent, thrown), ...takes() };
    }
  };
}

/** A team's answer, and the form in which the log keeps it if that differs. */
type Answer = Pick<Extract<AttemptResult, { readonly ok: true }>, "accepted" | "kept">;

/** One attempt: the team's whole part of the run, under its own timeout. `undefined` if it waits for a person. */
async function once(
  outer: Run,
  configuredTeam: ConfiguredTeam,
  { map, checked, derived }: CallSpec,
  { value: task, fault }: Input,
  at: TeamPlace,
): Promise<Answer | undefined> {
  if (fault !== undefined) throw fault.thrown;
  const { team } = configuredTeam;
  const { name } = team.label;
  const { timeoutMs = Infinity } = team.asWorker;
  const { clock } = outer;
  const startedMs = clock.monotonic();
  const timeOut = (): void => {
    const why = `${name} timed out after ${timeoutMs} ms`;
    cancellation.cancel(new QuorateError("TIMEOUT", why));
  };
  // The timer cannot fire while an agent blocks the event loop.
  const cancellation = new Cancellation(() => {
    if (!outer.cancellation.cancelled && clock.monotonic() - startedMs > timeoutMs) timeOut();
  });
  using _outer = cancelWith(outer.cancellation, cancellation);
  const run: Run = { ...outer, cancellation };
  using _timer = timeoutMs === Infinity ? undefined : clock.timer(timeoutMs, timeOut);

  const scope = scopeOf(at);
  const recorded = recordedPlan(team, run.history?.plan(scope));
  using until = either(cancellation, outer.deadline);
  const spending = routeSpending(configuredTeam.prices, run.clock);
  const routed = recorded ?? (await planFor(team, task, until.cancellation, {}, spending));
  const learned = await learnedBefore(run, team, scope);
  const seed = `${run.journal.runId} ${scope}`;
  const plan =
    recorded ?? withPanel(configuredTeam, routed, { settings: undefined, learned, seed });
  if (recorded === undefined) {
    const routing = spending.events(at, plan.agents);
    run.journal.note([{ ...plannedEvent(plan, learned), ...at }, ...routing]);
  }
  const assignment = {
    task,
    plan,
    at,
    checked: map === undefined ? checked : new Map(),
    derived: derived === true || map !== undefined,
  };
  const done = await coordinate(run, configuredTeam, assignment, performTeam);
  if (cancellation.cancelled) throw cancellation.reason;
  if (done.status === "waiting") return undefined;
  if (done.status === "failed") {
    const why = done.missing.map(({ agent, detail }) => `${agent}: ${detail}`).join("; ");
    const cause = failureOf(team, done.results);
    throw new QuorateError("TEAM_FAILED", `the team ${name} failed: ${why}`, cause && { cause });
  }
  await keepLesson(run, team, scope, done.verdicts);
  run.journal.note(noticesAdded(run, at, done.notices));
  const { maxBytes } = mergeLimits(team.limits);
  const output = takeOutput(name, answerOf(team, run, done, at), maxBytes);
  const kept = answerAsKept(run, team, output);
  return { accepted: { output, said: statementOf(team, output) }, ...(kept && { kept }) };
}

/** The cause of a team's failure: the errors of members without which it cannot answer, else those of any. */
function failureOf({ members }: Team, results: Coordinated["results"]): Error | undefined {
  const failed = members.flatMap(({ name, required }) => {
    const result = results[name];
    return result?.status === "failed" ? [{ required, error: result.error }] : [];
  });
  const fatal = failed.filter(({ required }) => required);
  const errors = (fatal.length > 0 ? fatal : failed).map(({ error }) => error);
  return errors.length > 1 ? new AggregateError(errors, "several agents failed") : errors[0];
}

function answerOf(team: Team, run: Run, done: Coordinated, at: TeamPlace): unknown {
  const { status, results, verdicts, missing, reviewed } = done;
  if (team.answer === undefined) {
    return { status, verdicts, missing, reviewed } satisfies TeamAnswer;
  }
  const outcome: Outcome = {
    runId: run.journal.runId,
    status,
    results,
    ...answerIn(verdicts, gatedTeam(team, team.gate, done)),
    verdicts,
    missing,
    notices: run.notices.given(at.team),
    bill: run.bill.bill(at),
  };
  return team.answer(outcome);
}

/**
 * Its verdicts without their secrets, as the log has them: no path of `redact` leads to those in an answer. `undefined` if
 * there are none.
 */
function answerAsKept(
  { redact }: Run,
  { answer }: Team,
  output: unknown,
): { readonly output: unknown; readonly redacted: true } | undefined {
  if (redact === undefined || answer !== undefined) return undefined;
  const given = output as TeamAnswer;
  const kept: TeamAnswer = {
    ...given,
    verdicts: given.verdicts.map(redact.verdict),
    missing: given.missing.map((one) => ({ ...one, detail: redact.text(one.detail) })),
  };
  const isSame = canonicalJson(kept) === canonicalJson(given);
  return isSame ? undefined : { output: kept, redacted: true };
}

/**
 * What a team's answer says. Each settled verdict is one claim of the team, and each finding that stands is one
 * that the team reports. The team does not claim what only one voice among several said.
 */
function statementOf({ label, answer }: Team, output: unknown): Assertions | undefined {
  const agent = label.name;
  if (answer !== undefined) return readClaims({ name: agent, claims: undefined }, output);
  const { verdicts, reviewed } = output as TeamAnswer;
  const claims: Claim[] = [];
  const findings: PlacedFinding[] = [];
  for (const verdict of verdicts) {
    const { kind, subject, finding, winner, reasoning } = verdict;
    if (!isSettled(verdict)) continue;
    if (kind === "claim") claims.push({ agent, subject, position: winner, evidence: reasoning });
    else if (winner === "present") findings.push(finding ?? { text: subject });
  }
  return { claims, findings: reviewed || findings.length > 0 ? findings : undefined };
}

function teamError(name: string, thrown: unknown): QuorateError {
  return thrown instanceof QuorateError
    ? thrown
    : new QuorateError("TEAM_FAILED", `the team ${name} failed: ${describeThrown(thrown)}`, {
        cause: thrown,
      });
}
