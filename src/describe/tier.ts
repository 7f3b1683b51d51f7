import { clipWords } from "../model/text.ts";
import { fitting, oneOrMore } from "../check/kinds.ts";
import { option, type Option } from "../check/options.ts";

/**
 * When an agent is asked once more, at the next tier:
 *
 * - `schema-fail`: its output failed its schema, even after retries.
 * - `conflict`: others contradict it.
 * - `low-margin`: a vote about what it claims is won by less than a fifth of its weight.
 * - a function of its output: if it returns `true`.
 */
export type EscalateIf<Output = never> =
  | "schema-fail"
  | "low-margin"
  | "conflict"
  | ((output: Output) => boolean);

/** The tier and the model with which an agent is asked. */
export interface AskedAt {
  readonly tier: string | undefined;
  readonly model: unknown;
}

/** What agents are asked with, by the name of a tier; from cheap to expensive. */
export type Tiers = Readonly<Record<string, unknown>>;

const REASONS: ReadonlySet<unknown> = new Set(["schema-fail", "low-margin", "conflict"]);

const isReason = (given: unknown): boolean => REASONS.has(given);

/** When to ask an agent at the next tier. */
export const ESCALATE_IF: Option<readonly EscalateIf[] | undefined> = oneOrMore(
  (given) => isReason(given) || typeof given === "function",
  'use "schema-fail", "low-margin", "conflict" or (output) => boolean',
);

/** When to ask all agents of a team at the next tier; a function of an output belongs to a single agent. */
export const ESCALATE_ALL_IF: Option<
  readonly Exclude<EscalateIf, (...args: never) => unknown>[] | undefined
> = oneOrMore(isReason, 'use "schema-fail", "low-margin", "conflict", and functions on agents');

/** Marks the id of a rerun's call, in the place of a tier or a fallback. */
export const RERUN = "rerun";

/** The name of a tier, which follows a `~` in call ids; a number there means a repeated team. */
export const TIER: Option<string | undefined> = fitting(
  (given) =>
    typeof given === "string" &&
    given !== RERUN &&
    /^[^\s~/\d\p{Cc}][^~/\p{Cc}]{0,99}$/u.test(given),
  `use a name that begins with a letter, has no "/" and no "~", and is not "${RERUN}"`,
);

/** The tiers of a team, in their order. */
export const TIERS: Option<ReadonlyMap<string, unknown> | undefined> = option((given, what) => {
  if (typeof given !== "object" || given === null) return undefined;
  const list = Object.entries(given);
  for (const [tier] of list) TIER.take(tier, `${what} has a tier whose name`);
  return new Map(list);
}, "use { small: model, strong: model }");

/** The model that an agent asks: a name, or an object that has the name as `modelId`, `model` or `name`. */
export type ModelOption = string | object;

export const MODEL_OPTION: Option<ModelOption | undefined> = fitting(
  (given) => given !== "" && modelName(given) !== undefined,
  'use its name, for instance "gpt-6", or a model that has one as modelId',
);

/** The name of a model: a text is its own name, an object may have it as `modelId`, `model` or `name`. */
export function modelName(model: unknown): string | undefined {
  if (typeof model === "string") return clipWords(model, MAX_NAME);
  if (typeof model !== "object" || model === null) return undefined;
  const { modelId, model: inner, name } = model as Readonly<Record<string, unknown>>;
  const found = [modelId, inner, name].find((one) => typeof one === "string" && one !== "");
  return typeof found === "string" ? clipWords(found, MAX_NAME) : undefined;
}

const MAX_NAME = 200;
