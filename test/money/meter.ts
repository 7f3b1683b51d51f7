import type { CallRequest, Clock, Executor } from "../../src/index.ts";
import { executorOf, type BatchControl } from "../call/executor-of.ts";
import type { AnyAgent, AnyTeam, Everything } from "./any-money-team.ts";

/** An agent in its place. */
export interface Seated {
  readonly spec: AnyAgent;
  readonly kind: "member" | "judge";
  /** By their number, of the teams above it too. */
  readonly limiters: readonly number[];
}

/** One attempt that was really made. */
export interface Paid {
  readonly root: string;
  readonly place: string;
  readonly runId: string;
  readonly callId: string;
  readonly attempt: number;
  readonly key: string | undefined;
  readonly atMs: number;
  readonly busy: boolean;
  /** Whether somebody says what it costs at most. */
  readonly bounded: boolean;
  /** What it really cost, in micro-dollars, whatever was said of it. */
  real: number;
  /** What was said of it. */
  reported: number | undefined;
  /** The same, and when, in ms since 1970. */
  readonly reports: [atMs: number, micros: number][];
}

/** Does what agents do, and counts what they really cost and how many of them are at it. */
export interface Meter {
  readonly seats: Map<string, Seated>;
  readonly teams: Map<string, AnyTeam>;
  readonly paid: readonly Paid[];
  /** Limits that were exceeded. */
  readonly faults: readonly string[];
  /** How many a run may have in flight. */
  readonly runLimits: Map<string, number>;
  executor(root: string): Executor;
}

type Asked = Pick<BatchControl, "report"> & { readonly signal: AbortSignal };

const BUSY = { status: 429 };

/** `turns` says how often each call was made; what an attempt does depends on nothing else. */
export function makeMeter(
  clock: Clock,
  { limiters }: Pick<Everything, "limiters">,
  graceMs: number,
  turns: Map<string, number> = new Map(),
): Meter {
  const paid: Paid[] = [];
  const faults: string[] = [];
  const seats = new Map<string, Seated>();
  const teams = new Map<string, AnyTeam>();
  const runLimits = new Map<string, number>();
  const inFlight = new Map<string, number>();
  const begun = limiters.map((): number[] => []);

  function count(what: string, by: number, limit: number): void {
    const now = (inFlight.get(what) ?? 0) + by;
    inFlight.set(what, now);
    if (now > limit) faults.push(`${now} of ${limit} in flight at ${what}`);
  }

  /** Everything that limits an attempt takes notice of it; what is returned, of its end. */
  function enter(
    root: string,
    place: string,
    seated: Seated,
    runIds: ReadonlySet<string>,
  ): () => void {
    const held: [string, number][] = [];
    const prefixes = [...place.matchAll(/\//g)].map(({ index }) => place.slice(0, index + 1));
    for (const prefix of ["", ...prefixes]) {
      const what = `${root} ${prefix}`;
      held.push([what, teams.get(what)?.concurrency ?? 0]);
    }
    const nowMs = clock.monotonic();
    for (const index of seated.limiters) {
      const { concurrency = 0, callsPerMinute = 0 } = limiters[index] ?? {};
      held.push([`limiter ${index}`, concurrency]);
      const times = begun[index] ?? [];
      times.push(nowMs);
      const recent = times.filter((atMs) => atMs > nowMs - 60_000).length;
      if (recent > callsPerMinute)
        faults.push(`${recent} of ${callsPerMinute} began at limiter ${index}`);
    }
    for (const runId of runIds) held.push([`run ${runId}`, runLimits.get(runId) ?? Infinity]);
    for (const [what, limit] of held) count(what, 1, limit);
    let over = false;
    return () => {
      if (over) return;
      over = true;
      for (const [what] of held) count(what, -1, Infinity);
    };
  }

  async function act(
    root: string,
    requests: readonly CallRequest[],
    control: Asked,
  ): Promise<readonly unknown[]> {
    const place = requests[0]?.agent ?? "";
    const seated = seats.get(`${root} ${place}`);
    if (seated === undefined) throw new Error(`nobody sits at "${place}"`);
    const { spec, kind } = seated;
    const steps = requests.map(({ runId, callId }) => {
      const turn = turns.get(`${runId} ${callId}`) ?? 0;
      turns.set(`${runId} ${callId}`, turn + 1);
      return spec.steps[turn % spec.steps.length] ?? "yes";
    });
    // What the first is told holds for all that go with it.
    const [step = "yes"] = steps;
    const busy = step === "busy" || step === "busy-for";
    const real = busy ? 0 : Math.floor(((spec.bound ?? 500) * spec.used) / 100);
    const entries = requests.map(({ runId, callId, attempt, key }): Paid => {
      const atMs = clock.monotonic();
      const bounded = spec.bound !== undefined;
      const entry = { root, place, runId, callId, attempt, key, atMs, busy, bounded, real };
      return { ...entry, reported: undefined, reports: [] };
    });
    paid.push(...entries);
    const leave = enter(root, place, seated, new Set(requests.map(({ runId }) => runId)));
    const { signal } = control;
    const report = (micros: number): void => {
      for (const [index, entry] of entries.entries()) {
        entry.reported = (entry.reported ?? 0) + micros;
        entry.reports.push([clock.now(), micros]);
        control.report({ usdMicros: micros, inputTokens: 0, outputTokens: 0 }, index);
      }
    };
    // A moment before its slots are given to others.
    signal.addEventListener("abort", () => clock.timer(Math.max(0, graceMs - 0.5), leave));
    const half = Math.floor(real / 2);
    // Who stops when told to does not need the other half.
    const stops = step !== "deaf" && step !== "lost";
    if (spec.reports === "halves" && stops) {
      signal.addEventListener("abort", () => {
        for (const entry of entries) entry.real = half;
      });
    }
    if (spec.reports === "first") report(real);
    if (spec.reports === "halves") report(half);
    try {
      if (!stops) await pause(clock, step === "deaf" ? 65 : 90);
      else await pause(clock, step === "hangs" ? 1e6 : spec.delayMs, signal);
    } finally {
      if (spec.reports === "last") report(real);
      if (spec.reports === "halves" && !(stops && signal.aborted)) report(real - half);
      leave();
    }
    if (step === "busy") throw Object.assign(new Error("busy"), BUSY);
    if (step === "busy-for") throw Object.assign(new Error("busy"), { ...BUSY, retryAfterMs: 7 });
    if (step === "unavailable") throw Object.assign(new Error("unavailable"), { status: 503 });
    if (step === "broken") throw new TypeError("broken");
    return requests.map(({ input }, index) => {
      const its = steps[index] ?? "yes";
      if (index > 0 && its === "broken") return new TypeError("broken");
      if (kind === "member") return { recommendation: its };
      const { options } = input as { readonly options: readonly { readonly id: string }[] };
      return its === "flawed" ? 7 : { choice: options[0]?.id, reasoning: its };
    });
  }

  return {
    seats,
    teams,
    paid,
    faults,
    runLimits,
    executor: (root) =>
      executorOf(
        async (request, { signal, report }) => {
          const [answer] = await act(root, [request], { signal, report: (usage) => report(usage) });
          return answer;
        },
        (requests, control) => act(root, requests, control),
      ),
  };
}

/** Waits, unless it is told to stop. */
export function pause(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = clock.timer(delayMs, resolve);
    signal?.addEventListener("abort", () => {
      timer[Symbol.dispose]();
      reject(signal.reason);
    });
  });
}
