import { QuorateError } from "../errors.ts";
import type { Json } from "../json.ts";
import type { Values } from "../store/values.ts";
import { ballotKey, nameOf, type Ballot, type BallotSubject } from "./ballot.ts";
import { taughtMore } from "./lessons.ts";
import { takeBallot } from "./take-ballot.ts";

/** How long a run teaches by its votes alone; with an outcome it does for good. */
const VOTES_SERVE_MS = 90 * 86_400_000;

/** Keeps a ballot, with the outcomes that are known of it already. */
export async function keepBallot(values: Values, name: string, ballot: Ballot): Promise<void> {
  const person = ballot.subjects.some(({ decided }) => decided?.by === "person");
  // Asked for together: a store keeps both in one transaction.
  await Promise.all([
    write(values, name, ballot, (known) => withOutcomes(ballot, known)),
    taughtMore(values, name, { ballots: 1, outcomes: person ? 1 : 0 }),
  ]);
}

/** Outcomes may be recorded before the run has ended, and about subjects that the ballot has no room for. */
function withOutcomes(ballot: Ballot, known: Ballot | undefined): Ballot {
  const recorded = new Map(outcomesIn(known).map((one) => [nameOf(one), one]));
  const subjects = ballot.subjects.map((one) => {
    const outcome = recorded.get(nameOf(one))?.outcome;
    recorded.delete(nameOf(one));
    return outcome === undefined ? one : { ...one, outcome };
  });
  return { ...ballot, subjects: [...subjects, ...recorded.values()] };
}

/** Says what turned out to be true of a subject of a ballot; `undefined` takes that back. */
export async function keepOutcome(
  values: Values,
  name: string,
  ballot: Ballot,
  about: Pick<BallotSubject, "subject" | "kind">,
  outcome: Json | undefined,
): Promise<void> {
  const wanted = nameOf(about);
  await Promise.all([
    write(values, name, ballot, (known = ballot) => {
      const added = known.subjects.some((one) => nameOf(one) === wanted)
        ? known.subjects
        : [...known.subjects, ...ballot.subjects.filter((one) => nameOf(one) === wanted)];
      const subjects = added.map((one) => {
        if (nameOf(one) !== wanted) return one;
        const { outcome: _before, ...rest } = one;
        return outcome === undefined ? rest : { ...rest, outcome };
      });
      return { ...known, subjects };
    }),
    taughtMore(values, name, { ballots: 0, outcomes: 1 }),
  ]);
}

const MAX_TRIES = 20;

/**
 * Changes a ballot. What has no outcome may be forgotten one day; an outcome may not. Which it is shows only within the change,
 * when the expiry has been said: where it was the wrong one nothing is changed, and it is tried again with the other.
 */
async function write(
  values: Values,
  name: string,
  ballot: Ballot,
  make: (known: Ballot | undefined) => Ballot,
): Promise<void> {
  const key = ballotKey(name, ballot);
  let lasting = outcomesIn(make(undefined)).length > 0;
  for (let tries = 0; tries < MAX_TRIES; tries++, lasting = !lasting) {
    let done = false;
    await values.change(
      key,
      (known) => {
        const made = make(takeBallot(known));
        done = outcomesIn(made).length > 0 === lasting;
        return done ? (made as unknown as Json) : known;
      },
      lasting ? {} : { expiresAtMs: ballot.atMs + VOTES_SERVE_MS },
    );
    if (done) return;
  }
  throw new QuorateError(
    "STORE_FAILED",
    `what run "${ballot.runId}" teaches could not be kept: others changed it ${MAX_TRIES} times meanwhile`,
  );
}

function outcomesIn(ballot: Ballot | undefined): readonly BallotSubject[] {
  return ballot?.subjects.filter(({ outcome }) => outcome !== undefined) ?? [];
}
