import { readGiven } from "./given.ts";
import { QuorateError } from "../model/errors.ts";
import { cut } from "../model/text.ts";
import { fitting, object } from "./kinds.ts";
import type { Option } from "./options.ts";

const MAX_NAME = 100;
const INSTEAD = `use 1 to ${MAX_NAME} characters, without "/", "~" or control characters`;

/** A name that is safe in a path of names and in a line of output. */
export const NAME: Option<string | undefined> = fitting(isName, INSTEAD);

function isName(given: unknown): boolean {
  return typeof given === "string" && /^[^~/\p{Cc}]+$/u.test(given) && given.length <= MAX_NAME;
}

/** A name made from another text: characters that a name cannot have become dashes, and a long text is cut. */
export function asName(text: string): string {
  return cut(text.replaceAll(/[~/\p{Cc}]/gu, "-"), MAX_NAME);
}

/**
 * The name in the options of a maker such as `agent()`, which begins every other sentence about them. Throws `BAD_OPTIONS`; `instead`
 * shows how to describe the thing, `standard` is the default name.
 */
export function nameIn<N extends string>(
  given: unknown,
  maker: string,
  instead: string,
  standard?: N,
): N {
  const what = `what ${maker}() is given`;
  const described = object<{ readonly name?: unknown }>(instead).needed().take(given, what);
  const { name = standard } = readGiven(what, described, () => ({ name: described.name }));
  if (isName(name)) return name as N;
  const got = typeof name === "string" ? `"${cut(name, MAX_NAME)}"` : typeof name;
  throw new QuorateError("BAD_OPTIONS", `${maker} name ${got} is refused; ${INSTEAD}`);
}
