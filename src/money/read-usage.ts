import { TOKEN_PARTS, type Usage } from "../model/call.ts";
import { clipWords } from "../model/text.ts";
import { wholeMicros } from "./micros.ts";
import type { Tokens } from "./price.ts";

/** Tokens of each kind; absent if none were reported. */
export type Counts = { -readonly [K in keyof Tokens]?: Tokens[K] };

export const COUNTS: readonly (keyof Tokens)[] = ["inputTokens", "outputTokens", ...TOKEN_PARTS];

const MAX_MODEL_CHARS = 200;

/** The usable parts of an agent's report; `undefined` if there are none. */
export function readUsage(given: unknown): Usage | undefined {
  try {
    const { usdMicros, model, ...counts } = fieldsIn(given);
    const usage: Counts & { usdMicros?: number; model?: string } = {};
    const micros = isAmount(usdMicros) ? wholeMicros(usdMicros) : undefined;
    if (isCount(micros)) usage.usdMicros = micros;
    for (const name of COUNTS) {
      const count = counts[name];
      if (isCount(count)) usage[name] = count;
    }
    if (typeof model === "string") usage.model = clipWords(model, MAX_MODEL_CHARS);
    return Object.keys(usage).length === 0 ? undefined : usage;
  } catch {
    // Reading a foreign value may run any code.
    return undefined;
  }
}

// Read by name, each once: it may be a proxy, or inherit its properties.
function fieldsIn(given: unknown): Partial<Record<keyof Usage, unknown>> {
  const usage = Object(given) as Partial<Record<keyof Usage, unknown>>;
  const { usdMicros, inputTokens, outputTokens, model } = usage;
  const { cachedInputTokens, cacheWriteTokens, reasoningTokens } = usage;
  const parts = { cachedInputTokens, cacheWriteTokens, reasoningTokens };
  return { usdMicros, inputTokens, outputTokens, model, ...parts };
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && value >= 0;
}

function isCount(value: unknown): value is number {
  return isAmount(value) && Number.isSafeInteger(value);
}
