import { madeCost, type Cost, type ModelCost, type Usage } from "../model/call.ts";
import { leastMicros, priceMicros, type Price, type Tokens } from "./price.ts";
import { COUNTS, type Counts } from "./read-usage.ts";
import { nothingBy, type Spent } from "./spent.ts";
import { shareOf, shareOfTokens, type Share } from "./split-usage.ts";

/** What was reported of one model. */
interface ModelUsage {
  /** Reported as an amount; `undefined` if there was none. */
  micros: number | undefined;
  readonly tokens: Counts;
  /** Those tokens for which no amount was reported. */
  readonly unpaid: Counts;
}

type Entries = Map<string | undefined, ModelUsage>;

/** How what an agent reports is priced. */
export interface Pricing {
  readonly prices: ReadonlyMap<string, Price>;
  /** The model that it is asked with. */
  readonly modelName: string | undefined;
  /** Whether what it uses costs nothing. */
  readonly free: boolean;
}

// An agent may name another model in every report, and an event must stay small: further models count as one without a price.
const MAX_MODELS = 50;
const OTHER_MODELS = "other models";

/**
 * The sum of one attempt's reports. Each report counts for the model that it names; else for `modelName`, with which its team
 * asks; else for the model named before. A report with an amount costs that amount. The tokens of all others have the
 * price of their own model, rounded up once for each model.
 *
 * The money is unknown as soon as that of one model is: the model has no price, or none for its cached tokens, or one of the two
 * kinds of its tokens was not reported. If the agent is free, tokens cost nothing, and unreported ones were not used. Tokens without a known model are taken for what the reported amounts paid for.
 *
 * What was reported of a batch as a whole is kept as a whole, and divided when it is read: its price is rounded up once, and not for each call.
 */
export class UsageSum {
  readonly #pricing: Pricing;
  /** Of all models, in the order in which they were named. */
  readonly #entries: Entries = new Map();
  /** What was reported of all calls of its batch. */
  #whole: { readonly share: Share; readonly entries: Entries } | undefined;
  #named: string | undefined;
  #usual: string | undefined;

  constructor(pricing: Pricing) {
    this.#pricing = pricing;
    this.#usual = pricing.modelName;
  }

  /** Adds a report, or its share in a report about all calls of its batch, which is always the same one. */
  add({ model, ...amounts }: Usage, share?: Share): void {
    const isEmpty = Object.keys(amounts).length === 0;
    if (model !== undefined) {
      this.#named = model;
      // A report that only names a model applies to those that follow.
      if (isEmpty || this.#pricing.modelName === undefined) this.#usual = model;
    }
    if (isEmpty) return;
    const of = model ?? this.#usual;
    const own = entryIn(this.#entries, of);
    if (share === undefined) return addUsage(own, amounts);
    this.#whole ??= { share, entries: new Map() };
    addUsage(entryIn(this.#whole.entries, of), amounts);
  }

  /** Everything that was reported so far. */
  get spent(): Spent {
    const entries = this.#divided();
    if (entries.size > 0) return spentBy(entries, this.#pricing, this.#named);
    return { ...nothingBy(this.#pricing), model: this.#named };
  }

  #divided(): Entries {
    if (this.#whole === undefined) return this.#entries;
    const { prices, free } = this.#pricing;
    const { share, entries } = this.#whole;
    const all: Entries = new Map();
    for (const [name, entry] of this.#entries) join(entryIn(all, name), entry);
    for (const [name, entry] of entries) {
      const micros = microsOf(entry, name, name === undefined ? undefined : prices.get(name), free);
      join(entryIn(all, name), shareIn(entry, micros, share));
    }
    return all;
  }
}

/** The entry of a model; made if there is none. */
function entryIn(entries: Entries, model: string | undefined): ModelUsage {
  const key = entries.has(model) || entries.size < MAX_MODELS ? model : OTHER_MODELS;
  const entry = entries.get(key) ?? { micros: undefined, tokens: {}, unpaid: {} };
  entries.set(key, entry);
  return entry;
}

/** The share in the usage of one model, which costs `micros` if that is known. */
function shareIn(usage: ModelUsage, micros: number | undefined, share: Share): ModelUsage {
  const paid = micros ?? usage.micros;
  return {
    micros: paid === undefined ? undefined : shareOf(paid, share),
    tokens: shareOfTokens(usage.tokens, share),
    unpaid: micros === undefined ? shareOfTokens(usage.unpaid, share) : {},
  };
}

function join(entry: ModelUsage, { micros, tokens, unpaid }: ModelUsage): void {
  entry.micros = more(entry.micros, micros);
  addCounts(entry.tokens, tokens);
  addCounts(entry.unpaid, unpaid);
}

function addUsage(entry: ModelUsage, { usdMicros, model: _model, ...counts }: Usage): void {
  const unpaid = usdMicros === undefined ? counts : {};
  join(entry, { micros: usdMicros, tokens: counts, unpaid });
}

function addCounts(to: Counts, counts: Counts): void {
  for (const name of COUNTS) {
    const count = counts[name];
    if (count !== undefined) to[name] = sum(to[name] ?? 0, count);
  }
}

function more(known: number | undefined, reported: number | undefined): number | undefined {
  return reported === undefined ? known : sum(known ?? 0, reported);
}

function sum(a: number, b: number): number {
  return Math.min(a + b, Number.MAX_SAFE_INTEGER);
}

function spentBy(
  entries: ReadonlyMap<string | undefined, ModelUsage>,
  { prices, free }: Pricing,
  model: string | undefined,
): Spent {
  const used: ModelCost[] = [];
  const all: Counts = {};
  let [usdMicros, least]: [number | undefined, number] = [0, 0];
  for (const [name, entry] of entries) {
    const price = name === undefined ? undefined : prices.get(name);
    const micros = microsOf(entry, name, price, free);
    const entryLeast = micros ?? leastOf(entry, price);
    used.push({ model: name ?? null, cost: costOf(micros, entryLeast, entry.tokens, free) });
    usdMicros =
      usdMicros === undefined || micros === undefined ? undefined : sum(usdMicros, micros);
    least = sum(least, entryLeast);
    for (const count of COUNTS) {
      const tokens = more(all[count], entry.tokens[count]);
      if (tokens !== undefined) all[count] = tokens;
    }
  }
  return { cost: costOf(usdMicros, least, all, free), model, used };
}

function costOf(usdMicros: number | undefined, least: number, tokens: Counts, free: boolean): Cost {
  const unreported = free ? 0 : "unknown";
  return madeCost(
    (name) => (name === "usdMicros" ? (usdMicros ?? "unknown") : (tokens[name] ?? unreported)),
    (name) => (name === "usdMicros" ? least : (tokens[name] ?? 0)),
    (part) => tokens[part] ?? 0,
  );
}

/** The cost of the reports about one model; `undefined` if it is unknown. */
function microsOf(
  entry: ModelUsage,
  model: string | undefined,
  price: Price | undefined,
  free: boolean,
): number | undefined {
  const { micros, tokens, unpaid } = entry;
  if (free) return micros ?? 0;
  const isAllPaid = COUNTS.every((name) => (unpaid[name] ?? 0) === 0);
  if (micros !== undefined && (model === undefined || isAllPaid)) return micros;
  if (price === undefined) return undefined;
  const isWhole =
    (tokens.inputTokens !== undefined || price.input === 0) &&
    (tokens.outputTokens !== undefined || price.output === 0);
  const priced = isWhole ? priceMicros(price, whole(unpaid)) : undefined;
  return priced === undefined ? undefined : sum(micros ?? 0, priced);
}

function leastOf({ micros = 0, unpaid }: ModelUsage, price: Price | undefined): number {
  return price === undefined ? micros : sum(micros, leastMicros(price, whole(unpaid)));
}

function whole({ inputTokens = 0, outputTokens = 0, ...parts }: Counts): Tokens {
  return { inputTokens, outputTokens, ...parts };
}
