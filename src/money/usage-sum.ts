import { cut } from "../model/text.ts";
import {
  addCost,
  costSince,
  NO_COST,
  UNKNOWN_COST,
  type Cost,
  type ModelCost,
  type Usage,
} from "../model/call.ts";
import { wholeMicros } from "./micros.ts";
import { priceMicros, type Price } from "./price.ts";

/** What an attempt has used, by what it has reported so far. */
export interface Spent {
  readonly cost: Cost;
  /** Which model it named last. */
  readonly model: string | undefined;
  /** The same by model, in the order in which they were named. Empty where nothing was reported. */
  readonly used: readonly ModelCost[];
  /** What is known of the money, in micro-dollars, also where some of it is not. */
  readonly leastMicros: number;
}

/** Of an attempt that has reported nothing. */
export const NOTHING_REPORTED: Spent = Object.freeze({
  cost: UNKNOWN_COST,
  model: undefined,
  used: [],
  leastMicros: 0,
});

/** The tokens that were reported, as far as they were. */
export function tokensIn({ cost: { inputTokens, outputTokens } }: Spent): number {
  return (
    (inputTokens === "unknown" ? 0 : inputTokens) + (outputTokens === "unknown" ? 0 : outputTokens)
  );
}

/** Whether anything was used, by what was reported. */
export function isPaid(spent: Spent): boolean {
  return spent.leastMicros + tokensIn(spent) > 0;
}

/** Adds up the reports of one attempt. */
export interface UsageSum {
  add(usage: Usage): void;
  /** All that was reported so far. */
  readonly spent: Spent;
}

/** What was reported of one model; `undefined` where nothing was. */
interface Entry {
  /** Reported as an amount. */
  micros: number | undefined;
  inputTokens: number | undefined;
  outputTokens: number | undefined;
  /** Of those tokens the ones that no amount was reported for. */
  unpaidInput: number;
  unpaidOutput: number;
}

const NOTHING: Entry = Object.freeze({
  micros: undefined,
  inputTokens: undefined,
  outputTokens: undefined,
  unpaidInput: 0,
  unpaidOutput: 0,
});

// An agent may name another model in every report, and an event has to stay small: what comes after these is one without a price.
const MAX_MODELS = 50;
const OTHER_MODELS = "other models";
const MAX_MODEL_CHARS = 200;

/**
 * The sum of what one attempt reports. Each report is of the model that it names; else of `modelName`, which its team asks
 * with; else of the one that was named before. A report with an amount costs that amount. The tokens of all others have the
 * price of their own model, rounded up once for each model.
 *
 * The money is unknown as soon as that of one model is: it has no price, or nobody reported one of the two kinds of its
 * tokens. Tokens of which no model is known say what the amounts beside them were paid for.
 */
export function usageSum(
  prices: ReadonlyMap<string, Price>,
  modelName: string | undefined,
): UsageSum {
  const entries = new Map<string | undefined, Entry>();
  let named: string | undefined;
  let usual = modelName;
  return {
    add({ model, ...amounts }) {
      const isEmpty = Object.keys(amounts).length === 0;
      if (model !== undefined) {
        named = model;
        // One that says nothing else is about those that follow.
        if (isEmpty || modelName === undefined) usual = model;
      }
      if (isEmpty) return;
      const of = model ?? usual;
      const key = entries.has(of) || entries.size < MAX_MODELS ? of : OTHER_MODELS;
      entries.set(key, withUsage(entries.get(key) ?? NOTHING, amounts));
    },
    get spent() {
      return spentBy(entries, prices, named);
    },
  };
}

/** What an agent hands in as a report, without what makes no sense; `undefined` where nothing is left. */
export function readUsage(given: unknown): Usage | undefined {
  try {
    const { usdMicros, inputTokens, outputTokens, model } = Object(given) as Partial<
      Record<keyof Usage, unknown>
    >;
    const usage = {
      ...amount("usdMicros", isAmount(usdMicros) ? wholeMicros(usdMicros) : undefined),
      ...amount("inputTokens", inputTokens),
      ...amount("outputTokens", outputTokens),
      ...(typeof model === "string" && { model: cut(model, MAX_MODEL_CHARS) }),
    };
    return Object.keys(usage).length === 0 ? undefined : usage;
  } catch {
    // It may do anything when it is read.
    return undefined;
  }
}

/** A report with the amount that its tokens cost, where it has none, names both kinds of them, and their model has a price. */
export function withPrice(
  usage: Usage,
  prices: ReadonlyMap<string, Price>,
  modelName: string | undefined,
): Usage {
  const { usdMicros, inputTokens, outputTokens, model = modelName } = usage;
  const price = model === undefined ? undefined : prices.get(model);
  if (usdMicros !== undefined || inputTokens === undefined || outputTokens === undefined)
    return usage;
  if (price === undefined) return usage;
  return { ...usage, usdMicros: priceMicros(price, { inputTokens, outputTokens }) };
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && value >= 0;
}

function amount(name: keyof Usage, value: unknown): Usage | undefined {
  return isAmount(value) && Number.isSafeInteger(value) ? { [name]: value } : undefined;
}

function withUsage(entry: Entry, { usdMicros, inputTokens, outputTokens }: Usage): Entry {
  const isPaid = usdMicros !== undefined;
  return {
    micros: more(entry.micros, usdMicros),
    inputTokens: more(entry.inputTokens, inputTokens),
    outputTokens: more(entry.outputTokens, outputTokens),
    unpaidInput: sum(entry.unpaidInput, isPaid ? 0 : (inputTokens ?? 0)),
    unpaidOutput: sum(entry.unpaidOutput, isPaid ? 0 : (outputTokens ?? 0)),
  };
}

function more(known: number | undefined, reported: number | undefined): number | undefined {
  return reported === undefined ? known : sum(known ?? 0, reported);
}

function sum(a: number, b: number): number {
  return Math.min(a + b, Number.MAX_SAFE_INTEGER);
}

function spentBy(
  entries: ReadonlyMap<string | undefined, Entry>,
  prices: ReadonlyMap<string, Price>,
  model: string | undefined,
): Spent {
  if (entries.size === 0) return { ...NOTHING_REPORTED, model };
  const used: ModelCost[] = [];
  let [usdMicros, leastMicros]: [number | undefined, number] = [0, 0];
  let [input, output]: (number | undefined)[] = [];
  for (const [name, entry] of entries) {
    const price = name === undefined ? undefined : prices.get(name);
    const micros = microsOf(entry, name, price);
    used.push({
      model: name ?? null,
      cost: costOf(micros, entry.inputTokens, entry.outputTokens),
    });
    usdMicros =
      usdMicros === undefined || micros === undefined ? undefined : sum(usdMicros, micros);
    leastMicros = sum(leastMicros, micros ?? leastOf(entry, price));
    input = more(input, entry.inputTokens);
    output = more(output, entry.outputTokens);
  }
  return { cost: costOf(usdMicros, input, output), model, used, leastMicros };
}

function costOf(
  usdMicros: number | undefined,
  inputTokens: number | undefined,
  outputTokens: number | undefined,
): Cost {
  return {
    usdMicros: usdMicros ?? "unknown",
    inputTokens: inputTokens ?? "unknown",
    outputTokens: outputTokens ?? "unknown",
  };
}

/** What was reported of one model costs so much; `undefined` where nobody knows. */
function microsOf(
  entry: Entry,
  model: string | undefined,
  price: Price | undefined,
): number | undefined {
  const { micros, inputTokens, outputTokens, unpaidInput, unpaidOutput } = entry;
  if (micros !== undefined && (model === undefined || unpaidInput + unpaidOutput === 0)) {
    return micros;
  }
  if (price === undefined) return undefined;
  const isWhole =
    (inputTokens !== undefined || price.input === 0) &&
    (outputTokens !== undefined || price.output === 0);
  return isWhole ? leastOf(entry, price) : undefined;
}

function leastOf({ micros = 0, ...entry }: Entry, price: Price | undefined): number {
  if (price === undefined) return micros;
  const { unpaidInput: inputTokens, unpaidOutput: outputTokens } = entry;
  return sum(micros, priceMicros(price, { inputTokens, outputTokens }));
}

/** What has come to it since it was `before`; `undefined` for nothing. What was unknown of a model then has all come since. */
export function spentSince(
  spent: Spent,
  before: Spent,
): { readonly cost: Cost; readonly used: readonly ModelCost[] } | undefined {
  const used = spent.used.flatMap(({ model, cost }) => {
    const known = before.used.find((one) => one.model === model)?.cost;
    if (known === undefined) return [{ model, cost }];
    return isSame(cost, known) ? [] : [{ model, cost: costSince(cost, known) }];
  });
  if (used.length === 0) return undefined;
  const { usdMicros } = used.reduce((sum, { cost }) => addCost(sum, cost), NO_COST);
  return { cost: { ...costSince(spent.cost, before.cost), usdMicros }, used };
}

function isSame(a: Cost, b: Cost): boolean {
  return (
    a.usdMicros === b.usdMicros &&
    a.inputTokens === b.inputTokens &&
    a.outputTokens === b.outputTokens
  );
}

/** What an event says of the models of an attempt. */
export interface Models {
  readonly model?: string;
  readonly used?: readonly ModelCost[];
}

export const NO_MODELS: Models = Object.freeze({});

/**
 * What an event has to say of the models of an attempt beside the cost of its call, which is so much more than `before`: what it
 * used of each, unless that is all of one model, the one named or else `modelName`.
 */
export function modelsOf(
  { model, used = [] }: Partial<Pick<Spent, "model" | "used">>,
  modelName: string | undefined,
  before: Cost,
): Models {
  const [first, ...others] = used;
  if (first === undefined && model === undefined) return NO_MODELS;
  const isPlain =
    first === undefined ||
    (others.length === 0 &&
      first.model === (model ?? modelName ?? null) &&
      Object.values(before).every((amount) => amount !== "unknown"));
  return { ...(model !== undefined && { model }), ...(!isPlain && { used }) };
}
