import { word } from "../check/kinds.ts";
import { option, type Option } from "../check/options.ts";
import type { Usage } from "../model/call.ts";
import { QuorateError } from "../model/errors.ts";
import { fields, type Fields } from "../model/record.ts";

/**
 * What a coding agent may do:
 *
 * - `none`: only answer. It works in an empty folder and has no tools.
 * - `read`: also read the files of `cwd`.
 * - `write`: also change files; by default in a copy.
 */
export type Tools = "none" | "read" | "write";

export const DEFAULT_TIMEOUT_MS: number = 10 * 60_000;
/** The default `maxBytes`: coding agents print everything that they do. */
export const DEFAULT_MAX_BYTES: number = 16 * 1024 * 1024;

/** A model's name follows an option, so it must not look like one. */
export const MODEL_NAME: Option<string | undefined> = option((given, what) => {
  if (typeof given !== "string") return undefined;
  if (/^[^-\s\p{Cc}][^\s\p{Cc}]*$/u.test(given)) return given;
  const why = `${what} is not the name of a model; use a name without spaces that does not begin with a dash`;
  throw new QuorateError("BAD_OPTIONS", why);
}, "name a model");

export const TOOLS: Option<Tools | undefined> = word("none", "read", "write");

/** The words of a text, for arguments that never change. */
export const words = (text: string): readonly string[] => text.split(/\s+/);

/** Variables that most command-line programs need to reach a service through a proxy. */
const NETWORK = words(
  "HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy NODE_EXTRA_CA_CERTS SSL_CERT_FILE SSL_CERT_DIR",
);

/** Names that are passed on, together with variables that have a value. */
export function environment(
  names: string,
  set: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string | true>> {
  const handedOn = [...NETWORK, ...words(names)].map((name) => [name, true] as const);
  return { ...Object.fromEntries(handedOn), ...set };
}

/** A property that is a text; empty if it is not one. */
export function textIn(value: unknown, name: string): string {
  const part = fields(value)[name];
  return typeof part === "string" ? part : "";
}

/** The sum of the counts; `undefined` if there are none. */
export function countIn(value: unknown, ...names: readonly string[]): number | undefined {
  const counts = names
    .map((name) => fields(value)[name])
    .filter((count): count is number => typeof count === "number" && count >= 0);
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
}

/** The JSON objects of a text that has one on each line; other lines are skipped. */
export function linesOf(stdout: string): readonly Fields[] {
  return stdout.split("\n").flatMap((line) => {
    try {
      return line.startsWith("{") ? [fields(JSON.parse(line))] : [];
    } catch {
      return [];
    }
  });
}

/** A usage without the unknown parts: a program that was told nothing reports that it used no token. */
export function usageOf(
  parts: {
    readonly [K in Exclude<keyof Usage, "usdMicros">]?: Usage[K] | undefined;
  } & { readonly usd?: unknown },
): Usage {
  const { usd, ...said } = parts;
  const { inputTokens, outputTokens, model } = said;
  if (inputTokens === 0 && outputTokens === 0) return model === undefined ? {} : { model };
  const known = Object.entries(said).filter(([, value]) => value !== undefined);
  return {
    // Sums of dollars have rounding noise in their last digits, which would be rounded up.
    ...(typeof usd === "number" && usd >= 0 && { usdMicros: Number((usd * 1e6).toFixed(3)) }),
    ...Object.fromEntries(known),
  };
}
