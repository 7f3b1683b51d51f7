import type { RunView } from "./run-view.ts";

/** A run as one JSON document: the same for a run that just ended and for one read from its log. */
export function runJson(run: RunView): Readonly<Record<string, unknown>> {
  // The keys are agents' names, and one may be `__proto__`.
  const results = Object.create(null) as Record<string, unknown>;
  for (const call of run.calls.values()) {
    results[call.callId] = {
      status: call.state,
      attempts: call.attempts.length,
      durationMs: call.durationMs,
      ...("output" in call && { output: call.output }),
      ...(call.error !== undefined && { error: call.error }),
      ...(call.detail !== undefined && { detail: call.detail }),
      ...(call.cost !== undefined && { cost: call.cost }),
      ...(call.reusedFrom !== undefined && { reusedFrom: call.reusedFrom }),
    };
  }
  const found = <T extends object>({
    team,
    it,
  }: {
    readonly team: string;
    readonly it: T;
  }): object => (team === "" ? it : { team, ...it });
  const verdicts = [...run.verdicts, ...run.open];
  const own = verdicts.flatMap(({ team, it }) => (team === "" ? [it] : []));
  return {
    runId: run.runId,
    supervisor: run.supervisor,
    status: run.status,
    ...(run.reason !== undefined && { reason: run.reason }),
    ...(run.forkOf !== undefined && { forkOf: run.forkOf }),
    ...(run.resumed.length > 0 && { resumed: run.resumed }),
    mode: run.mode,
    startedAtMs: run.startedAtMs,
    lastAtMs: run.lastAtMs,
    results,
    verdict: own.findLast(({ kind, subject }) => kind === "claim" && subject === "task") ?? null,
    passed: run.gate?.passed ?? null,
    verdicts: verdicts.map(found),
    missing: run.missing,
    notices: run.notices,
    bill: run.bill ?? null,
  };
}
