import { QuorateError } from "../errors.ts";
import { checkKeys } from "../policy/check-kind.ts";

/** How {@link similar} compares texts. */
export interface SimilarOptions {
  /**
   * How alike two groups of texts must be on average to be one, as a cosine between 0 (no word in common) and 1
   * (the same words). Default 0.28.
   */
  readonly threshold?: number;
}

const DEFAULT_THRESHOLD = 0.28;
const KEYS: ReadonlySet<string> = new Set<keyof SimilarOptions>(["threshold"]);

/** The options with their defaults. Throws `BAD_OPTIONS`. */
export function checkSimilar(options: SimilarOptions): Required<SimilarOptions> {
  checkKeys(options, KEYS, "similar");
  const { threshold = DEFAULT_THRESHOLD } = options;
  if (typeof threshold !== "number" || !(threshold > 0 && threshold <= 1)) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `similar: threshold is ${String(threshold)}; use a number above 0, at most 1`,
    );
  }
  return { threshold };
}
