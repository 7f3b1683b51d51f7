import { QuorateError } from "../../model/errors.ts";
import { todaysLearned } from "../../model/earlier-learned.ts";
import type { Reliability } from "../../model/reliability.ts";

/**
 * Refuses with `BAD_OPTIONS` a value that is not the result of `learn()`, directly or after JSON: it may come from a file.
 */
export function checkReliability(given: unknown, what: string): Reliability {
  const learned = todaysLearned(given);
  const wrong = faultOf(learned);
  if (wrong === undefined) return learned as Reliability;
  throw new QuorateError(
    "BAD_OPTIONS",
    `${what} is not a reliability: ${wrong}; hand in what learn() returned, or its JSON`,
  );
}

// It is a divisor, and its logarithm is taken.
const LEAST_COLLISION = 1e-12;

type UncheckedPart = Readonly<Record<string, unknown>>;

function faultOf(given: unknown): string | undefined {
  if (!isPart(given)) return "it is not an object";
  if (given["format"] !== 1) return "its format is not 1";
  const { labels, estimator, agents, known, topics, calibration } = given;
  if (labels !== "fixed" && labels !== "open") return 'labels is not "fixed" or "open"';
  if (estimator !== "dawid-skene" && estimator !== "one-coin") return "its estimator is unknown";
  if (labels === "open" && estimator === "dawid-skene")
    return 'dawid-skene takes labels that are "fixed"';
  const { refused, collision } = given;
  if (refused !== undefined && typeof refused !== "string") return "refused is not a sentence";
  if (!isShare(collision) || collision < LEAST_COLLISION) return "collision is not a rate";
  if (!isCount(given["positions"])) return "positions is not a count";
  if (!isCount(given["truths"])) return "truths is not a count";
  const keys = estimator === "dawid-skene" ? keysOf(known) : 0;
  if (keys === undefined) return "known lists no positions with their shares";
  if (!isEstimate(given["pool"], keys)) return "pool is not an estimate";
  if (!Array.isArray(agents)) return "agents is not a list";
  const names = new Set<unknown>();
  for (const agent of agents as readonly unknown[]) {
    if (!isPart(agent) || typeof agent["agent"] !== "string") return "an agent has no name";
    const name = agent["agent"].slice(0, 80);
    if (names.has(agent["agent"])) return `agent "${name}" is there twice`;
    names.add(agent["agent"]);
    const own = agent["topics"] ?? [];
    const ok =
      isEstimate(agent, keys) &&
      Array.isArray(own) &&
      own.every((topic) => isTopic(topic) && isEstimate(topic, keys));
    if (!ok) return `agent "${name}" has no sound estimate`;
  }
  if (topics !== undefined) {
    const ok =
      Array.isArray(topics) && topics.every((t) => isTopic(t) && isShares(t["shares"], keys));
    if (!ok) return "topics is not a list of topics with shares";
  }
  if (given["correlation"] !== undefined && !isShare(given["correlation"]))
    return "correlation is not a share";
  if (given["patterns"] !== undefined && !arePatterns(given["patterns"], keys))
    return "patterns is not a list of what agents said together";
  if (calibration === undefined) return undefined;
  const ok =
    isPart(calibration) &&
    isFinite(calibration["slope"]) &&
    calibration["slope"] >= 0 &&
    isFinite(calibration["shift"]) &&
    isFinite(calibration["voices"] ?? 0);
  return ok ? undefined : "calibration has no slope and shift";
}

function keysOf(known: unknown): number | undefined {
  if (!isPart(known)) return undefined;
  const { keys, shares } = known;
  if (!Array.isArray(keys) || keys.length < 2 || !keys.every((key) => typeof key === "string"))
    return undefined;
  if (new Set(keys).size < keys.length) return undefined;
  return isShares(shares, keys.length) ? keys.length : undefined;
}

function arePatterns(patterns: unknown, keys: number): boolean {
  if (!Array.isArray(patterns)) return false;
  return patterns.every((pattern: unknown) => {
    if (!isTopic(pattern)) return false;
    const { said, truths } = pattern;
    return (
      Array.isArray(said) &&
      said.every((one: unknown) => isSaid(one, keys)) &&
      Array.isArray(truths) &&
      truths.length === keys &&
      truths.every((count: unknown) => isFinite(count) && count >= 0)
    );
  });
}

function isSaid(one: unknown, keys: number): boolean {
  if (!Array.isArray(one) || one.length !== 2) return false;
  const [agent, key] = one as readonly unknown[];
  return typeof agent === "string" && isCount(key) && Number(key) < keys;
}

function isEstimate(value: unknown, keys: number): boolean {
  if (!isPart(value) || !isShare(value["accuracy"])) return false;
  if (!isFinite(value["weight"])) return false;
  if (keys === 0) return true;
  const { rates } = value;
  return Array.isArray(rates) && rates.length === keys && rates.every((row) => isShares(row, keys));
}

/** No share may be 0, because its logarithm is taken. */
function isShares(value: unknown, length: number): boolean {
  return (
    Array.isArray(value) &&
    value.length === length &&
    value.every((share) => isShare(share) && share > 0)
  );
}

function isTopic(value: unknown): value is UncheckedPart {
  return isPart(value) && typeof value["topic"] === "string";
}

function isPart(value: unknown): value is UncheckedPart {
  return typeof value === "object" && value !== null;
}

function isFinite(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isShare(value: unknown): value is number {
  return isFinite(value) && value >= 0 && value <= 1;
}

function isCount(value: unknown): boolean {
  return isFinite(value) && Number.isInteger(value) && value >= 0;
}
