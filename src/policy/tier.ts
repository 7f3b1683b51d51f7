import { cut } from "../text.ts";
import { QuorateError } from "../errors.ts";
import { checkKind, shown } from "./check-kind.ts";

/**
 * When an agent is asked once more, at the next tier:
 *
 * - `schema-fail`: its output failed its schema, also when it was repeated.
 * - `conflict`: others contradict it.
 * - `low-margin`: a vote about what it claims is won by less than a fifth of its weight.
 * - a function of its output: when it answers `true`.
 */
export type EscalateIf<Output = never> =
  | "schema-fail"
  | "low-margin"
  | "conflict"
  | ((output: Output) => boolean);

/** At which tier, and with what, an agent is asked. */
export interface AskedAt {
  readonly tier: string | undefined;
  readonly model: unknown;
}

/** What agents are asked with, by the name of a tier; from cheap to dear. */
export type Tiers = Readonly<Record<string, unknown>>;

const REASONS: ReadonlySet<unknown> = new Set(["schema-fail", "low-margin", "conflict"]);

/**
 * When to ask the next tier. Throws `BAD_OPTIONS`; `where` begins its sentence. Functions of an output are for one agent, and
 * have no place among the words `ofAll`.
 */
export function checkEscalateIf(
  given: readonly EscalateIf[] | undefined,
  where: string,
  ofAll = false,
): readonly EscalateIf[] | undefined {
  if (given === undefined) return undefined;
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  for (const reason of list) {
    if (REASONS.has(reason) || (typeof reason === "function" && !ofAll)) continue;
    throw new QuorateError(
      "BAD_OPTIONS",
      `${where}: escalateIf has one that is ${shown(reason)}; use "schema-fail", "low-margin", "conflict"${ofAll ? ", and functions on agents" : " or (output) => boolean"}`,
    );
  }
  return Object.freeze([...(list as readonly EscalateIf[])]);
}

/** What stands in the id of a rerun's call, where others have a tier or a fallback. */
export const RERUN = "rerun";

/** The name of a tier, which stands in call ids behind a `~`; those behind which a number stands are repeated teams. */
export function checkTier(tier: unknown, what: string): void {
  const fits = typeof tier === "string" && /^[^\s~/\d\p{Cc}][^~/\p{Cc}]{0,99}$/u.test(tier);
  if (fits && tier !== RERUN) return;
  throw new QuorateError(
    "BAD_OPTIONS",
    `${what} is ${shown(tier)}; use a name that begins with a letter, has no "/" and no "~", and is not "${RERUN}"`,
  );
}

/** The tiers of a team, in their order. Throws `BAD_OPTIONS`; `where` begins its sentence. */
export function checkTiers(tiers: Tiers | undefined, where: string): ReadonlyMap<string, unknown> {
  checkKind(tiers, `${where}: tiers`, "object", "use { small: model, strong: model }");
  const list = Object.entries(tiers ?? {});
  for (const [tier] of list) checkTier(tier, `${where}: the tier`);
  return new Map(list);
}

/** What a model is called: a text is its own name, an object may have one as `modelId`, `model` or `name`. */
export function modelName(model: unknown): string | undefined {
  if (typeof model === "string") return cut(model, MAX_NAME);
  if (typeof model !== "object" || model === null) return undefined;
  const { modelId, model: inner, name } = model as Readonly<Record<string, unknown>>;
  const found = [modelId, inner, name].find((one) => typeof one === "string" && one !== "");
  return typeof found === "string" ? cut(found, MAX_NAME) : undefined;
}

const MAX_NAME = 200;
