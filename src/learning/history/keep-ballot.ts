import type { Json } from "../../model/json.ts";
import type { Values } from "../../store/values.ts";
import { ballotKey, nameOf, type Ballot, type BallotSubject, type KnownTruth } from "./ballot.ts";
import { taughtMore } from "./taught.ts";
import { parseBallot } from "./parse-ballot.ts";

/** How long a run teaches by its votes alone; with a truth it teaches for good. */
const VOTES_SERVE_MS = 90 * 86_400_000;

/** Keeps a ballot, with the truths that are already known. */
export async function keepBallot(values: Values, name: string, ballot: Ballot): Promise<void> {
  const person = ballot.subjects.some(({ decided }) => decided?.by === "person");
  // Requested together: a store keeps both in one transaction.
  await Promise.all([
    write(values, name, ballot, (known) => withTruths(ballot, known)),
    taughtMore(values, name, { ballots: 1, truths: person ? 1 : 0 }),
  ]);
}

/** Truths may be recorded before the run has ended, and about subjects that the ballot has no room for. */
function withTruths(ballot: Ballot, known: Ballot | undefined): Ballot {
  const recorded = new Map(subjectsWithTruth(known).map((one) => [nameOf(one), one]));
  const subjects = ballot.subjects.map((one) => {
    const truth = recorded.get(nameOf(one))?.truth;
    recorded.delete(nameOf(one));
    return truth === undefined ? one : { ...one, truth };
  });
  return { ...ballot, subjects: [...subjects, ...recorded.values()] };
}

/** A truth about a subject; without a value, the recorded one is taken back. */
export interface TruthChange {
  readonly about: Pick<BallotSubject, "subject" | "kind">;
  readonly value: Json | undefined;
  readonly by?: string | undefined;
  /** When it was said, in ms since 1970. Default: when it is recorded, by the store's clock. */
  readonly atMs?: number | undefined;
}

/** Records truths about subjects of a ballot. Returns what was known about each before. */
export async function keepTruths(
  values: Values,
  name: string,
  ballot: Ballot,
  changes: readonly TruthChange[],
): Promise<readonly (KnownTruth | undefined)[]> {
  let replaced: readonly (KnownTruth | undefined)[] = [];
  await Promise.all([
    write(values, name, ballot, (known, nowMs) => {
      let changed = known ?? { ...ballot, subjects: [] };
      // It may be called more than once: the last call counts.
      replaced = changes.map((change) => {
        const before = changed.subjects.find((one) => nameOf(one) === nameOf(change.about))?.truth;
        changed = withChange(changed, ballot, change, nowMs);
        return before;
      });
      return changed;
    }),
    taughtMore(values, name, { ballots: 0, truths: changes.length }),
  ]);
  return replaced;
}

function withChange(
  known: Ballot,
  ballot: Ballot,
  { about, value, by, atMs }: TruthChange,
  nowMs: number,
): Ballot {
  const wanted = nameOf(about);
  const isWanted = (one: BallotSubject): boolean => nameOf(one) === wanted;
  const added = known.subjects.some(isWanted) ? undefined : ballot.subjects.find(isWanted);
  const subjects = [...known.subjects, ...(added === undefined ? [] : [added])].map((one) => {
    if (!isWanted(one)) return one;
    const { truth: _before, ...rest } = one;
    if (value === undefined) return rest;
    return { ...rest, truth: { value, ...(by !== undefined && { by }), atMs: atMs ?? nowMs } };
  });
  return { ...known, subjects };
}

/** Changes a ballot. A ballot without a truth may be forgotten one day; a truth may not. */
async function write(
  values: Values,
  name: string,
  ballot: Ballot,
  make: (known: Ballot | undefined, nowMs: number) => Ballot,
): Promise<void> {
  await values.change(
    ballotKey(name, ballot),
    (known, nowMs) => make(parseBallot(known), nowMs) as unknown as Json,
    {
      runId: ballot.runId,
      expiresAtMs: (made, nowMs) =>
        subjectsWithTruth(parseBallot(made)).length > 0 ? Infinity : nowMs + VOTES_SERVE_MS,
    },
  );
}

function subjectsWithTruth(ballot: Ballot | undefined): readonly BallotSubject[] {
  return ballot?.subjects.filter(({ truth }) => truth !== undefined) ?? [];
}
