import type { Json } from "../../model/json.ts";
import type { Values } from "../../store/values.ts";
import { ballotKey, nameOf, type Ballot, type BallotSubject } from "./ballot.ts";
import { taughtMore } from "./taught.ts";
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

/** Changes a ballot. What has no outcome may be forgotten one day; an outcome may not. */
async function write(
  values: Values,
  name: string,
  ballot: Ballot,
  make: (known: Ballot | undefined) => Ballot,
): Promise<void> {
  await values.change(
    ballotKey(name, ballot),
    (known) => make(takeBallot(known)) as unknown as Json,
    {
      runId: ballot.runId,
      expiresAtMs: (made, nowMs) =>
        outcomesIn(takeBallot(made)).length > 0 ? Infinity : nowMs + VOTES_SERVE_MS,
    },
  );
}

function outcomesIn(ballot: Ballot | undefined): readonly BallotSubject[] {
  return ballot?.subjects.filter(({ outcome }) => outcome !== undefined) ?? [];
}
