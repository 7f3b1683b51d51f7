import { fewNames } from "./words.ts";
import type { Verdict, VerdictStep } from "../../../src/model/verdict.ts";

/** Why a subject was decided this way. */
export interface Why {
  /** The verdict's whole reasoning if it has no steps: the agents agreed, or an earlier version wrote it. */
  readonly whole: string;
  /** The resolvers that were asked, with the result of each. */
  readonly steps: readonly VerdictStep[];
}

/** The names of missing agents are shown beside it. */
const MISSING = / ?Missing: [^:]*\.$/;

export function whyOf({ reasoning, steps = [] }: Verdict): Why {
  return { whole: steps.length > 0 ? "" : reasoning.replace(MISSING, ""), steps };
}

const SUPPORT = /^Reported by \d+ agents?; at least (\d+) are asked for\.$/;

/** What would have changed a verdict by `support`, whose rule says it; `undefined` for others. */
export function wouldChange(verdict: Verdict, why: Why): string | undefined {
  const last = why.steps.at(-1);
  const asked = verdict.by === "support" ? SUPPORT.exec(last?.why ?? "")?.[1] : undefined;
  if (asked === undefined || verdict.kind !== "finding") return undefined;
  const reporters = verdict.positions.find(({ value }) => value === "present")?.heldBy ?? [];
  const missing = Number(asked) - reporters.length;
  if (missing > 1) return `${missing} more reporters.`;
  if (missing === 1) return "One more reporter.";
  const over = 1 - missing;
  const names = reporters.map(({ agent }) => agent);
  return over === 1
    ? `It falls if any one of ${fewNames(names, 12)} takes it back.`
    : `It falls only if ${over} of these ${names.length} take it back.`;
}
