import {
  addCost,
  AMOUNTS,
  costSince,
  known,
  madeCost,
  NO_COST,
  TOKEN_PARTS,
  UNKNOWN_COST,
  type Cost,
  type KnownCost,
  type ModelCost,
} from "../model/call.ts";

/** What an attempt has used, from its reports so far. */
export interface Spent {
  readonly cost: Cost;
  /** Which model it named last. */
  readonly model: string | undefined;
  /** The same by model, in the order in which they were named. Empty if nothing was reported. */
  readonly used: readonly ModelCost[];
}

const NOTHING_REPORTED: Spent = Object.freeze({
  cost: UNKNOWN_COST,
  model: undefined,
  used: [],
});

const NOTHING_SPENT: Spent = Object.freeze({ ...NOTHING_REPORTED, cost: NO_COST });

/** The usage of an attempt that has reported nothing. */
export function nothingBy({ free }: { readonly free: boolean }): Spent {
  return free ? NOTHING_SPENT : NOTHING_REPORTED;
}

/** The tokens that were reported, as far as they were. */
export function tokensIn({ cost }: Spent): number {
  return known(cost, "inputTokens") + known(cost, "outputTokens");
}

/** Whether anything was used, according to the reports. */
export function isPaid(spent: Spent): boolean {
  return known(spent.cost, "usdMicros") + tokensIn(spent) > 0;
}

/** The difference to the earlier state `before`; `undefined` for nothing. If a model's usage was unknown then, all of it counts as added since. */
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
  const money = used.reduce((sum, { cost }) => addCost(sum, cost), NO_COST);
  const since = costSince(spent.cost, before.cost);
  const of = (name: keyof KnownCost): Cost => (name === "usdMicros" ? money : since);
  const cost = madeCost(
    (name) => of(name)[name],
    (name) => known(of(name), name),
    (part) => since[part] ?? 0,
  );
  return { cost, used };
}

function isSame(a: Cost, b: Cost): boolean {
  return (
    AMOUNTS.every((name) => a[name] === b[name] && known(a, name) === known(b, name)) &&
    TOKEN_PARTS.every((name) => a[name] === b[name])
  );
}

/** What an event says about the models of an attempt. */
export interface Models {
  readonly model?: string;
  readonly used?: readonly ModelCost[];
}

export const NO_MODELS: Models = Object.freeze({});

/**
 * What an event needs to say about the models of an attempt besides the cost of its call, compared with `before`: the usage
 * of each, unless all of it is of one model, the one named or else `modelName`.
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
      AMOUNTS.every((name) => before[name] !== "unknown"));
  return { ...(model !== undefined && { model }), ...(!isPlain && { used }) };
}
