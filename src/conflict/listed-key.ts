import { describeThrown, QuorateError } from "../model/errors.ts";
import type { Json } from "../model/json.ts";
import { foldedKey } from "./canonical.ts";

/** The key of a value that an option lists. Throws `BAD_OPTIONS` if it is not JSON; `where` begins the sentence. */
export function listedKey(value: Json, where: string): string {
  try {
    return foldedKey(value);
  } catch (cause) {
    const why = describeThrown(cause);
    throw new QuorateError("BAD_OPTIONS", `${where}: a value ${why}; list JSON values only`, {
      cause,
    });
  }
}
