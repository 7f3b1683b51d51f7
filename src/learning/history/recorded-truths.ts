import { BACKEND } from "../../check/arguments.ts";
import { text } from "../../check/kinds.ts";
import { options, type Options } from "../../check/options.ts";
import type { SubjectKind } from "../../model/conflict.ts";
import type { Json } from "../../model/json.ts";
import type { Store } from "../../store/store.ts";
import { ALL_BALLOTS, ballotPrefix } from "./ballot.ts";
import { keptBallots } from "./kept-ballots.ts";

/** A recorded truth: `recordTruths()` accepts it as it is. */
export interface StoredTruth {
  readonly runId: string;
  readonly subject: string;
  readonly truth: Json;
  readonly team?: string;
  readonly by?: string;
  readonly atMs?: number;
}

/** A truth, and what it is about. */
export interface TruthListed {
  readonly supervisor: string;
  readonly kind: SubjectKind;
  readonly recorded: StoredTruth;
}

export interface TruthQuery {
  /** Only those of this supervisor. Default: all. */
  readonly supervisor?: string;
}

export const TRUTH_QUERY: Options<TruthQuery> = options({
  supervisor: text("name a supervisor"),
});

/** All recorded truths, the latest runs first, including those of pruned runs. */
export async function* recordedTruths(
  backend: { readonly store: Store },
  given: TruthQuery = {},
): AsyncGenerator<TruthListed, void, undefined> {
  BACKEND.needed().take(backend, "recordedTruths: backend");
  const { supervisor } = TRUTH_QUERY.of(given, "recordedTruths");
  const prefix = supervisor === undefined ? ALL_BALLOTS : ballotPrefix(supervisor);
  for await (const { supervisor: whose, ballot } of keptBallots(backend.store.values, prefix)) {
    const { runId, callId } = ballot;
    for (const { subject, kind, truth } of ballot.subjects) {
      if (truth === undefined) continue;
      const { value, by, atMs } = truth;
      yield {
        supervisor: whose,
        kind,
        recorded: {
          runId,
          subject,
          truth: value,
          ...(callId !== undefined && { team: callId }),
          ...(by !== undefined && { by }),
          ...(atMs !== undefined && { atMs }),
        },
      };
    }
  }
}
