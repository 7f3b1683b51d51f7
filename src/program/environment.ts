import { object } from "../check/kinds.ts";
import { option, type Option } from "../check/options.ts";
import { shown } from "../check/shown.ts";
import { QuorateError } from "../model/errors.ts";

/** The variables that a program gets: names that are passed on, or names with a value; `true` passes a variable on. */
export type Environment = readonly string[] | Readonly<Record<string, string | true>>;

/** The variables that every program gets: paths, the user, language and terminal. None of them holds a key or a token. */
const ALWAYS = `PATH HOME USER LOGNAME SHELL LANG LANGUAGE LC_ALL LC_CTYPE TERM TZ TMPDIR TEMP TMP
  XDG_CONFIG_HOME XDG_CACHE_HOME XDG_DATA_HOME
  SystemRoot windir ComSpec PATHEXT APPDATA LOCALAPPDATA USERPROFILE`.split(/\s+/);

/** The environment of a program, made when it is started. */
export function environmentOf(given: readonly Environment[]): Record<string, string> {
  const wanted = new Map<string, string | true>(ALWAYS.map((name) => [name, true]));
  for (const one of given) {
    for (const [name, value] of entriesOf(one)) wanted.set(name, value);
  }
  const seen: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of wanted) {
    const text = value === true ? process.env[name] : value;
    if (text !== undefined) seen[name] = text;
  }
  return seen;
}

function entriesOf(given: Environment): readonly (readonly [string, string | true])[] {
  return isList(given) ? given.map((name) => [name, true]) : Object.entries(given);
}

const isList = (given: Environment): given is readonly string[] => Array.isArray(given);

const USE = 'use ["NAME"], or { NAME: "value", OTHER: true }';

export const ENVIRONMENT: Option<Environment | undefined> = option((given, what) => {
  const environment = object<Environment>(USE).needed().take(given, what);
  for (const [name, value] of entriesOf(environment) as readonly [unknown, unknown][]) {
    const isName = typeof name === "string" && /^[^=\0]+$/.test(name);
    const isValue = value === true || (typeof value === "string" && !value.includes("\0"));
    if (isName && isValue) continue;
    throw new QuorateError(
      "BAD_OPTIONS",
      // Without the value, which may be a secret.
      `${what} has ${shown(name)} as a ${typeof value}; use names with a text, or with true to hand on what this process has`,
    );
  }
  return environment;
}, USE);
