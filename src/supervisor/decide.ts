import type { Agent } from "../agent.ts";
import type { AgentResult } from "../call.ts";
import type { Claim, Finding } from "../conflict/claim.ts";
import type { Conflict, Position } from "../conflict/conflict.ts";
import type { Said } from "../conflict/said.ts";
import { byCodeUnits } from "../conflict/subject.ts";
import { conflictsAmong, subjects } from "../conflict/subjects.ts";
import { performCall } from "../engine/call.ts";
import type { Run } from "../engine/run.ts";
import type { EventBody } from "../events.ts";
import { canonicalJson } from "../json.ts";
import type { Missing } from "../outcome.ts";
import type { Person } from "../resolve/link.ts";
import { settleSubjects } from "../resolve/settle-subjects.ts";
import type { Verdict } from "../resolve/verdict.ts";
import type { Seating } from "./seating.ts";

/** Where a team's answers differ, and what was decided. */
export interface Decided {
  readonly conflicts: readonly Conflict[];
  readonly verdicts: readonly Verdict[];
  /** Whether any member looked for open findings, whatever it found. */
  readonly reviewed: boolean;
}

/**
 * Compares what all members said, once and as a whole, and settles what is contested. Members that said nothing cost
 * nothing. Answers at once when nobody has to be asked; rejects when the run is cancelled meanwhile.
 */
export function settleStatements(
  run: Run,
  seating: Seating,
  prefix: string,
  statements: readonly (Said | undefined)[],
  missing: readonly Missing[],
): Decided | Promise<Decided> {
  const { team } = seating;
  const claims: Claim[] = [];
  const findings: Finding[] = [];
  const reviewers: string[] = [];
  // In the order of the team, so that nothing depends on who answered first.
  for (const [index, said] of statements.entries()) {
    const agent = team.members[index]?.name;
    if (said === undefined || agent === undefined) continue;
    for (const claim of said.claims) claims.push(claim);
    if (said.findings === undefined) continue;
    reviewers.push(agent);
    for (const text of said.findings) findings.push({ agent, text });
  }
  const reviewed = reviewers.length > 0;
  if (claims.length === 0 && findings.length === 0)
    return { conflicts: [], verdicts: [], reviewed };

  const scope = prefix.slice(0, -1);
  const place = scope === "" ? {} : { callId: scope };
  const all = subjects({
    claims,
    findings,
    answered: reviewers,
    compare: team.compare,
    ...(team.similar !== undefined && { similar: team.similar }),
  });
  const conflicts = conflictsAmong(all);
  const found = run.history?.conflicts(scope);
  run.journal.note(
    conflicts
      .filter((conflict) => !isAbout(found?.get(conflict.subject), conflict))
      .map((conflict): EventBody => ({ type: "conflict.found", ...place, conflict })),
  );
  // What is decided stays decided, as long as it is about the same.
  const recorded = run.history?.verdicts(scope);
  const absent = canonicalJson(missing.map(({ agent }) => agent).toSorted(byCodeUnits));
  const before = new Map(
    all.flatMap((subject) => {
      const verdict = recorded?.get(subject.subject);
      return isAbout(verdict, subject) && canonicalJson(verdict.missing) === absent
        ? [[subject.subject, verdict] as const]
        : [];
    }),
  );
  const open = before.size === 0 ? all : all.filter(({ subject }) => !before.has(subject));
  const decided = (made: readonly Verdict[]): Decided => {
    if (run.cancellation.cancelled) throw run.cancellation.reason;
    // Nobody sees them before the event that follows is kept, and with it all before it.
    const open = made.filter(({ status }) => status === "waiting");
    run.waits.push(...open.map((verdict) => ({ ...place, verdict })));
    run.journal.note(
      made
        .filter(({ status }) => status !== "waiting")
        .map((verdict): EventBody => ({ type: "verdict.reached", ...place, verdict })),
    );
    const verdicts = before.size === 0 ? made : inOrder(all, before, made);
    return { conflicts, verdicts, reviewed };
  };
  // Links get a real signal. Where nothing is contested, no link that waits is asked.
  const controller = conflicts.length === 0 ? undefined : new AbortController();
  const abort = (reason: unknown): void => controller?.abort(reason);
  run.cancellation.watch(abort);
  const settled = settleSubjects(open, {
    all,
    signal: controller?.signal,
    resolve: team.resolve,
    person: run.hashes === undefined ? undefined : personFor(run, scope),
    missing: missing.map(({ agent }) => agent),
    ask: (agent: Agent, task: unknown, key: string) =>
      askJudge(run, seating, prefix, agent, task, key),
  });
  if (settled instanceof Promise) {
    return settled.then(decided).finally(() => run.cancellation.unwatch(abort));
  }
  run.cancellation.unwatch(abort);
  return decided(settled);
}

/** Whether something in the log is about these positions, and not about what other answers were. */
function isAbout<T extends { readonly positions: readonly Position[] }>(
  recorded: T | undefined,
  { positions }: { readonly positions: readonly Position[] },
): recorded is T {
  return recorded !== undefined && canonicalJson(recorded.positions) === canonicalJson(positions);
}

/** The people that a run in a store waits for. */
function personFor({ history, clock }: Run, scope: string): Person {
  return {
    decided: (subject) => history?.decision(scope, subject),
    waitingSinceMs: (subject) => history?.waitingSinceMs(scope, subject),
    nowMs: () => clock.now(),
  };
}

/** The verdicts of before and of now, in the order of their subjects. */
function inOrder(
  all: readonly { readonly subject: string }[],
  before: ReadonlyMap<string, Verdict>,
  made: readonly Verdict[],
): readonly Verdict[] {
  const now = new Map(made.map((verdict) => [verdict.subject, verdict]));
  return all.flatMap(({ subject }) => before.get(subject) ?? now.get(subject) ?? []);
}

async function askJudge(
  run: Run,
  { judges }: Seating,
  prefix: string,
  agent: Agent,
  task: unknown,
  key: string,
): Promise<AgentResult> {
  const judge = judges.get(agent);
  if (judge === undefined) {
    throw new Error(`a link asks ${agent.name}, which is not among its "asks"`);
  }
  const callId = `${prefix}${judge.name}/${key}`;
  const { result } = await performCall(run, judge.seat, { callId, task, results: {} });
  return result;
}
