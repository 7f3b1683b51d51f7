import {
  agent,
  judge,
  rerun,
  supervisor,
  unanimous,
  vote,
  type Agent,
  type Budget,
  type Clock,
  type LimiterOptions,
  type Schema,
  type Supervisor,
} from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";
import {
  SHARED_MICROS,
  type AnyAgent,
  type AnyBudget,
  type AnyTeam,
  type Everything,
} from "./any-money-team.ts";
import type { Meter, Seated } from "./meter.ts";

/** What teams are made in. */
export interface World {
  readonly store: Store;
  readonly clock: Clock;
  readonly meter: Meter;
}

/** The teams that somebody thought of. */
export interface Made {
  readonly teams: readonly Supervisor[];
}

/** Whose budget the runs share. */
export const SCOPE = "shared";
export const TIMEOUT_MS = 50;
export const GRACE_MS = 20;

/** Limits, as a meter checks them. */
export function budgetOf(budget: AnyBudget): Budget {
  const { micros, shared, unbounded } = budget;
  return {
    usd: (shared ? SHARED_MICROS : micros) / 1e6,
    unbounded,
    ...(shared && { scope: SCOPE }),
  };
}

interface Answer {
  readonly recommendation: string;
}

const schema: Schema<Answer> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) =>
      (value as Answer).recommendation === "flawed"
        ? { issues: [{ message: "flawed" }] }
        : { value: value as Answer },
  },
};

/** Makes all of it. What agents do is done by the executor, which is the meter's. */
export function makeEverything({ limiters: described, teams }: Everything, world: World): Made {
  const settings = described.map(({ concurrency, callsPerMinute, failures }) => ({
    concurrency,
    callsPerMinute,
    ...(failures !== undefined && { breaker: { failures, cooldownMs: 40 } }),
  }));
  return {
    teams: teams.map((spec, index) => {
      const root = `root-${index}`;
      return makeTeam(spec, { ...world, settings, root, prefix: "", on: [] }, root, {});
    }),
  };
}

interface Place extends World {
  readonly settings: readonly LimiterOptions[];
  readonly root: string;
  readonly prefix: string;
  /** What everybody in the teams above passes. */
  readonly on: readonly number[];
}

function seat(
  { meter, root, prefix, on }: Place,
  name: string,
  spec: AnyAgent,
  kind: Seated["kind"],
): void {
  const { limiters } = spec;
  meter.seats.set(`${root} ${prefix}${name}`, {
    spec,
    kind,
    limiters: [...new Set([...on, ...limiters])],
  });
  if (spec.fallback !== undefined) {
    seat({ meter, root, prefix, on } as Place, `${name}~${name}-2`, spec.fallback, kind);
  }
}

function makeAgent(name: string, spec: AnyAgent, needs: object): Agent {
  const { bound, retries, cache, batch, dear, escalateIf, fallback, budget } = spec;
  const never = (): never => {
    throw new Error("the executor does what agents do");
  };
  return agent({
    name,
    version: "1",
    needs: needs as never,
    output: schema,
    retries,
    ...(bound !== undefined && {
      maxCost: bound % 2 === 0 ? { usd: bound / 1e6 } : () => ({ usd: bound / 1e6 }),
    }),
    ...(cache !== undefined && { cache }),
    ...(batch !== undefined && { batch: { maxSize: batch, waitMs: 3, run: never } }),
    ...(dear && { tier: "strong" }),
    ...(escalateIf !== undefined && { escalateIf: escalateIf as never }),
    ...(fallback !== undefined && {
      fallback: makeAgent(`${name}-2`, fallback, {}) as never,
    }),
    limiters: spec.limiters.map((index) => `limiter ${index}`),
    ...(budget !== undefined && { budget: budgetOf(budget) }),
    run: never as (task: number) => Promise<Answer>,
  }) as never;
}

function makeTeam(spec: AnyTeam, above: Place, name: string, needs: object): Supervisor {
  const { store, clock, meter, root, settings } = above;
  const isRoot = name === root;
  const prefix = isRoot ? "" : `${above.prefix}${name}/`;
  const here: Place = { ...above, prefix, on: [...above.on, ...spec.limiters] };
  meter.teams.set(`${root} ${prefix}`, spec);
  const made: { readonly name: string }[] = [];
  for (const [index, member] of spec.members.entries()) {
    const need = made[spec.needs[index] ?? -1];
    const needed = need === undefined ? {} : { [need.name]: need };
    const own = "abcdefg".charAt(index);
    if ("members" in member) {
      made.push(makeTeam(member, here, own, needed));
    } else {
      seat(here, own, member, "member");
      made.push(makeAgent(own, member, needed));
    }
  }
  const { judge: chief, mode, concurrency, cache, escalateIf, budget, timeoutMs, retries } = spec;
  if (chief !== undefined) seat(here, "~chief", chief, "judge");
  return supervisor({
    name,
    needs: needs as never,
    agents: Object.fromEntries(made.map((worker) => [worker.name, worker])) as never,
    mode,
    concurrency,
    timeoutMs: TIMEOUT_MS,
    graceMs: GRACE_MS,
    minAnswers: 1,
    backoff: { baseMs: 4, maxRetryAfterMs: 100 },
    asWorker: { retries, ...(timeoutMs !== undefined && { timeoutMs }) },
    tiers: { small: "mini", strong: "maxi" },
    resolve: [
      unanimous(),
      ...(spec.reruns ? [rerun()] : []),
      ...(chief === undefined
        ? []
        : [judge({ name: "chief", ask: makeAgent("chief", chief, {}) as never })]),
      vote(),
    ],
    ...(cache !== undefined && { cache }),
    ...(escalateIf !== undefined && { escalateIf: escalateIf as never }),
    // Those that a nested team repeats are the root's.
    limiters: Object.fromEntries(
      settings.flatMap((one, index) => {
        const everybody = spec.limiters.includes(index);
        return isRoot || everybody ? [[`limiter ${index}`, { ...one, everybody }]] : [];
      }),
    ),
    ...(budget !== undefined && { budget: budgetOf(budget) }),
    backend: { store },
    clock,
    executor: () => meter.executor(root),
  }) as never;
}
