import { QuorateError } from "../model/errors.ts";
import { takeJson } from "../model/json.ts";

/** It is kept in an event: large data belongs elsewhere. */
const MAX_CHECKPOINT_BYTES = 64 * 1024;

/** An agent's checkpoint in the form of the log. Throws `OUTPUT_NOT_JSON` or `OUTPUT_TOO_LARGE`. */
export function takeCheckpoint(name: string, value: unknown): unknown {
  const taken = takeJson(value, MAX_CHECKPOINT_BYTES);
  if (taken.fault === undefined && taken.value !== undefined) return taken.value;
  const { kind, why } = taken.fault ?? { kind: "not-json", why: "is undefined" };
  throw new QuorateError(
    kind === "too-large" ? "OUTPUT_TOO_LARGE" : "OUTPUT_NOT_JSON",
    `the checkpoint of ${name} ${why}; give plain JSON that says where to continue, for instance an id`,
  );
}
