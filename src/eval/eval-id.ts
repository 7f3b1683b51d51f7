import { shown } from "../check/shown.ts";
import { QuorateError } from "../model/errors.ts";
import { plain } from "../model/text.ts";

const MAX_ID_CHARS = 200;

/** The name of a case or a team: 1 to 200 visible characters. Refuses anything else with `INPUT_INVALID`. */
export function checkId(given: unknown, what: string): string {
  const isId =
    typeof given === "string" &&
    given.length <= MAX_ID_CHARS &&
    given.trim() === given &&
    given !== "" &&
    plain(given) === given &&
    !/\s\s|[\n\t]/.test(given);
  if (isId) return given;
  throw new QuorateError(
    "INPUT_INVALID",
    `${what} is ${shown(given)}; give a text of 1 to ${MAX_ID_CHARS} characters that can be seen`,
  );
}
