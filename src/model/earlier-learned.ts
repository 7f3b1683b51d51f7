import type { LearnedBefore } from "./reliability.ts";

// Earlier versions called truths outcomes: their results of `learn()` and `learnFindings()` are in logs, and in files of users.

/** Whether an earlier version made it. */
export function isEarlierLearned(given: unknown): boolean {
  return hasOutcomes(given) || (isObject(given) && hasOutcomes(given["calibration"]));
}

/** What was learned, in the form of this version; returned as it is if it needs no change. */
export function todaysLearned(given: unknown): unknown {
  if (!isEarlierLearned(given)) return given;
  const { outcomes, calibration, ...rest } = given as Readonly<Record<string, unknown>>;
  const truths = rest["truths"] ?? outcomes;
  return {
    ...rest,
    ...(truths !== undefined && { truths }),
    ...(calibration !== undefined && { calibration: todaysLearned(calibration) }),
  };
}

/** The same for everything that a log has of what was learned before its run. */
export function todaysLearnedBefore(learned: LearnedBefore): LearnedBefore {
  const entries = Object.entries(learned).map(([kind, of]) => [kind, todaysLearned(of)] as const);
  return Object.fromEntries(entries) as LearnedBefore;
}

function hasOutcomes(given: unknown): boolean {
  return isObject(given) && Object.hasOwn(given, "outcomes") && !Object.hasOwn(given, "truths");
}

function isObject(given: unknown): given is Readonly<Record<string, unknown>> {
  return typeof given === "object" && given !== null;
}
