import type { Values } from "../../store/values.ts";
import { supervisorOf, type Ballot } from "./ballot.ts";
import { parseBallot } from "./parse-ballot.ts";

/** A ballot that a store keeps, and whose it is. */
export interface KeptBallot {
  readonly supervisor: string;
  readonly ballot: Ballot;
}

const PAGE = 100;

/** All ballots whose keys begin with `prefix`, in the order of their keys, including those of pruned runs. */
export async function* keptBallots(
  values: Values,
  prefix: string,
): AsyncGenerator<KeptBallot, void, undefined> {
  let after: string | undefined;
  for (;;) {
    const page = await values.list(prefix, {
      limit: PAGE,
      ...(after !== undefined && { after }),
    });
    for (const { key, value } of page) {
      const ballot = parseBallot(value);
      if (ballot !== undefined) yield { supervisor: supervisorOf(key), ballot };
    }
    after = page.at(-1)?.key;
    if (page.length < PAGE) return;
  }
}
