import { BACKEND } from "../../check/arguments.ts";
import { text } from "../../check/kinds.ts";
import { options, type Options } from "../../check/options.ts";
import type { SubjectKind } from "../../model/conflict.ts";
import type { Json } from "../../model/json.ts";
import type { Store } from "../../store/store.ts";
import { ALL_BALLOTS, ballotPrefix, supervisorOf } from "./ballot.ts";
import { takeBallot } from "./take-ballot.ts";

/** A truth as it was recorded: `recordTruths()` takes it as it is. */
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
  /** Only those of this supervisor; of all where left out. */
  readonly supervisor?: string;
}

export const TRUTH_QUERY: Options<TruthQuery> = options({
  supervisor: text("name a supervisor"),
});

const PAGE = 100;

/** All truths that were recorded, the latest runs first. Those of runs that are pruned are among them. */
export async function* recordedTruths(
  backend: { readonly store: Store },
  given: TruthQuery = {},
): AsyncGenerator<TruthListed, void, undefined> {
  BACKEND.needed().take(backend, "recordedTruths: backend");
  const { supervisor } = TRUTH_QUERY.of(given, "recordedTruths");
  const prefix = supervisor === undefined ? ALL_BALLOTS : ballotPrefix(supervisor);
  let after: string | undefined;
  for (;;) {
    const page = await backend.store.values.list(prefix, {
      limit: PAGE,
      ...(after !== undefined && { after }),
    });
    for (const { key, value } of page) {
      const ballot = takeBallot(value);
      if (ballot === undefined) continue;
      const { runId, callId } = ballot;
      for (const { subject, kind, truth } of ballot.subjects) {
        if (truth === undefined) continue;
        const { value: known, by, atMs } = truth;
        yield {
          supervisor: supervisorOf(key),
          kind,
          recorded: {
            runId,
            subject,
            truth: known,
            ...(callId !== undefined && { team: callId }),
            ...(by !== undefined && { by }),
            ...(atMs !== undefined && { atMs }),
          },
        };
      }
    }
    after = page.at(-1)?.key;
    if (page.length < PAGE) return;
  }
}
