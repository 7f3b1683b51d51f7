import type { Usage } from "../model/call.ts";
import { hear } from "../model/hear.ts";
import { didYouMean } from "../check/did-you-mean.ts";
import { shown } from "../check/shown.ts";
import { clipWords } from "../model/text.ts";

/** The one part of a report that stands for a `usage` function that threw: why. */
export const USAGE_FAILED = "usageFailed";

/** The parts of a report, and their types. */
const PARTS: Readonly<Record<keyof Usage, "number" | "string">> = {
  usdMicros: "number",
  inputTokens: "number",
  outputTokens: "number",
  cachedInputTokens: "number",
  cacheWriteTokens: "number",
  reasoningTokens: "number",
  model: "string",
};

const MAX_KEYS = 50;
const MAX_KEY_CHARS = 50;

/**
 * What is wrong with a report that cannot be read as intended, in words that follow "it": `has "usd", which is no part of one`;
 * `undefined` if nothing is wrong. A part that is left out or `undefined` counts as not reported.
 */
export function misreported(given: unknown): string | undefined {
  try {
    if (typeof given !== "object" || given === null || Array.isArray(given)) {
      return `is ${Array.isArray(given) ? "a list" : shown(given)}`;
    }
    const failed: unknown = Reflect.get(given, USAGE_FAILED);
    if (typeof failed === "string")
      return `is not known, as usage() failed: ${clipWords(failed, 200)}`;
    for (const key of Object.keys(given).slice(0, MAX_KEYS)) {
      const value: unknown = Reflect.get(given, key);
      // A getter may make a new promise each time.
      hear(value);
      if (value === undefined) continue;
      if (!isPart(key)) {
        const near = didYouMean(key, Object.keys(PARTS));
        const meant = near === undefined ? "" : ` (${near}?)`;
        return `has "${clipWords(key, MAX_KEY_CHARS)}", which is not a part of one${meant}`;
      }
      if (typeof value !== PARTS[key] || (typeof value === "number" && !isAmount(key, value))) {
        return `says ${key}: ${shown(value)}`;
      }
    }
    return undefined;
  } catch (thrown) {
    hear(thrown);
    // Reading a foreign value may run any code.
    return "cannot be read";
  }
}

function isPart(key: string): key is keyof Usage {
  return Object.hasOwn(PARTS, key);
}

/** Money may have a fraction, which is rounded up; tokens are counted. */
function isAmount(key: keyof Usage, value: number): boolean {
  return (
    value >= 0 &&
    (key === "usdMicros" ? value <= Number.MAX_SAFE_INTEGER : Number.isSafeInteger(value))
  );
}
