import { listIn, readGiven } from "../../check/given.ts";
import { BACKEND, TEXT } from "../../check/arguments.ts";
import { anything, fitting, number, text } from "../../check/kinds.ts";
import { options, type Options } from "../../check/options.ts";
import { hear } from "../../model/hear.ts";
import { isSoundError, QuorateError } from "../../model/errors.ts";
import type { Json } from "../../model/json.ts";
import type { Store } from "../../store/store.ts";
import { ALL_BALLOTS, isSamePosition, type KnownTruth } from "./ballot.ts";
import { ballotReader, verdictReader, type JudgedVerdict } from "./judged-verdict.ts";
import { keepTruths } from "./keep-ballot.ts";
import { keptBallots, type KeptBallot } from "./kept-ballots.ts";

/** Further facts about a truth. */
export interface TruthOptions {
  /** The call of the nested supervisor whose verdict it was; only needed if several decided about that subject. */
  readonly team?: string;
  /** The source: a person, a ticket, a test; at most 200 characters. */
  readonly by?: string;
  /** When it was found out, in ms since 1970. Default: when it is recorded, by the store's clock. */
  readonly atMs?: number;
}

const MAX_BY_CHARS = 200;
const LATEST_MS = 8.64e15;

export const TRUTH_OPTIONS: Options<TruthOptions> = options({
  team: text("name the place of a nested supervisor"),
  by: fitting<string>(
    (given) => typeof given === "string" && given !== "" && given.length <= MAX_BY_CHARS,
    `name who says so, in 1 to ${MAX_BY_CHARS} characters`,
  ),
  atMs: number(0, LATEST_MS, "give milliseconds since 1970"),
});

/** What turned out to be true about a subject that a run decided. */
export interface Truth extends TruthOptions {
  readonly runId: string;
  readonly subject: string;
  /** A position, even one that nobody held; for a finding `"present"` or `"absent"`. `undefined` takes back what was recorded. */
  readonly truth: Json | undefined;
}

export const TRUTH: Options<Truth> = options({
  runId: TEXT,
  subject: TEXT,
  truth: anything<Json>(),
  ...TRUTH_OPTIONS.table,
});

/** The result of recording a truth: which agents were right, and which were not. */
export interface TruthRecorded {
  readonly supervisor: string;
  readonly subject: string;
  readonly right: readonly string[];
  readonly wrong: readonly string[];
  /** The earlier truth about that subject, which does not count any more. */
  readonly replaced?: KnownTruth;
}

/** The result for one of several truths: recorded, or refused with `RUN_NOT_FOUND` or `BAD_OPTIONS`. */
export type TruthResult =
  | { readonly recorded: TruthRecorded; readonly error?: undefined }
  | { readonly recorded?: undefined; readonly error: QuorateError };

/**
 * Records what turned out to be true about a subject that a run decided: `reliability()` learns from it how good the agents
 * are, and how well its confidence is calibrated. `truth` is a position, even one that nobody held; for a finding `"present"` or
 * `"absent"`. If it is recorded again, the last one counts, and `replaced` has the earlier one; `undefined` takes it back. It is kept in the store
 * beside the runs, with its source and time, even when the run is pruned; after that, a new truth that nobody held is kept as `"[redacted]"`.
 *
 * Rejects with `RUN_NOT_FOUND`, and with `BAD_OPTIONS` if the run has no verdict about that subject.
 */
export async function recordTruth(
  backend: { readonly store: Store },
  runId: string,
  subject: string,
  truth: Json | undefined,
  given: TruthOptions = {},
): Promise<TruthRecorded> {
  // It is read only after the log.
  hear(truth);
  const said = TRUTH_OPTIONS.of(given, "recordTruth");
  BACKEND.needed().take(backend, "recordTruth: backend");
  TEXT.take(runId, "recordTruth: runId");
  TEXT.take(subject, "recordTruth: subject");
  const { store } = backend;
  const kept = keptOf(store, [runId]);
  const [result] = await recordOfRun(store, kept, runId, [{ ...said, runId, subject, truth }]);
  if (result?.recorded !== undefined) return result.recorded;
  throw result?.error ?? new QuorateError("BAD_OPTIONS", "nothing was recorded");
}

/** How many truths may be recorded together. */
const MAX_TRUTHS = 100_000;
/** How many runs are handled at the same time: a store keeps their changes together. */
const RUNS_AT_ONCE = 16;

/**
 * Like `recordTruth`, for many: each run's log is read once. A refused truth does not prevent the others. Returns the
 * result of each, in their order; of several about one subject the last one counts.
 *
 * Rejects with `BAD_OPTIONS`, before anything is recorded, for a value that is not a truth and for more than 100,000; and if the store fails.
 */
export async function recordTruths(
  backend: { readonly store: Store },
  truths: Iterable<Truth>,
): Promise<readonly TruthResult[]> {
  BACKEND.needed().take(backend, "recordTruths: backend");
  const { store } = backend;
  const list = listIn(truths, "recordTruths");
  if (list.length > MAX_TRUTHS) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `recordTruths is given ${list.length} truths; give at most ${MAX_TRUTHS} at once`,
    );
  }
  const taken = list.map((one, i) => {
    hear(one);
    const what = `recordTruths: truth ${i}`;
    const { truth, ...rest } = TRUTH.of(one, what);
    // Leaving it out is a mistake, and would take back what was recorded.
    if (truth === undefined && !readGiven(what, one, () => Object.hasOwn(one, "truth"))) {
      throw new QuorateError(
        "BAD_OPTIONS",
        `${what}: truth is missing; give a position, or undefined to take it back`,
      );
    }
    return { ...rest, truth };
  });
  const results: TruthResult[] = [];
  const byRun = [...Map.groupBy(taken.entries(), ([, { runId }]) => runId)];
  const kept = keptOf(
    store,
    byRun.map(([runId]) => runId),
  );
  for (let from = 0; from < byRun.length; from += RUNS_AT_ONCE) {
    await Promise.all(
      byRun.slice(from, from + RUNS_AT_ONCE).map(async ([runId, entries]) => {
        const recorded = await recordOfRun(
          store,
          kept,
          runId,
          entries.map(([, truth]) => truth),
        );
        for (const [at, [index]] of entries.entries()) {
          results[index] = recorded[at] as TruthResult;
        }
      }),
    );
  }
  return results;
}

type KeptByRun = () => Promise<ReadonlyMap<string, readonly KeptBallot[]>>;

/** The ballots that are kept of runs. If a log is missing, all ballots are read, once. */
function keptOf({ values }: Store, runIds: readonly string[]): KeptByRun {
  const wanted = new Set(runIds);
  let found: ReturnType<KeptByRun> | undefined;
  const find: KeptByRun = async () => {
    const byRun = new Map<string, KeptBallot[]>();
    for await (const kept of keptBallots(values, ALL_BALLOTS)) {
      const { runId } = kept.ballot;
      if (wanted.has(runId)) byRun.set(runId, [...(byRun.get(runId) ?? []), kept]);
    }
    return byRun;
  };
  return () => (found ??= find());
}

/** Records truths about one run, in their order. Rejects if the store fails. */
async function recordOfRun(
  store: Store,
  keptByRun: KeptByRun,
  runId: string,
  truths: readonly Truth[],
): Promise<readonly TruthResult[]> {
  const events = await store.read(runId);
  const kept = events.length > 0 ? [] : ((await keptByRun()).get(runId) ?? []);
  const read = orRefusal(() =>
    events.length > 0 ? verdictReader(runId, events) : ballotReader(runId, kept),
  );
  const found = truths.map((truth) =>
    read instanceof QuorateError ? read : orRefusal(() => read({ ...truth, team: truth.team })),
  );
  const results: TruthResult[] = found.map((one) =>
    one instanceof QuorateError ? { error: one } : { recorded: recordedOf(one, undefined) },
  );
  const known = [...found.entries()].flatMap(([at, one]) =>
    one instanceof QuorateError ? [] : [{ at, ...one }],
  );
  const byTeam = Map.groupBy(known, ({ supervisor, run: { callId = "" } }) =>
    JSON.stringify([supervisor, callId]),
  );
  for (const ofTeam of byTeam.values()) {
    const [first] = ofTeam;
    if (first === undefined) continue;
    const changes = ofTeam.map(({ at, about, truth }) => ({
      about,
      value: truth,
      by: truths[at]?.by,
      atMs: truths[at]?.atMs,
    }));
    const ballot = { ...first.run, subjects: ofTeam.map(({ about }) => about) };
    const replaced = await keepTruths(store.values, first.supervisor, ballot, changes);
    for (const [i, one] of ofTeam.entries()) {
      results[one.at] = { recorded: recordedOf(one, replaced[i]) };
    }
  }
  return results;
}

/** The result of `work`, or the error with which it refuses. */
function orRefusal<T>(work: () => T): T | QuorateError {
  try {
    return work();
  } catch (error) {
    if (isSoundError(error)) return error;
    throw error;
  }
}

function recordedOf(
  { about, supervisor, truth }: JudgedVerdict,
  replaced: KnownTruth | undefined,
): TruthRecorded {
  const holders = (same: boolean): readonly string[] =>
    truth === undefined
      ? []
      : about.votes
          .filter(({ position }) => isSamePosition(position, truth) === same)
          .flatMap(({ agents }) => agents);
  return {
    supervisor,
    subject: about.subject,
    right: holders(true),
    wrong: holders(false),
    ...(replaced !== undefined && { replaced }),
  };
}
