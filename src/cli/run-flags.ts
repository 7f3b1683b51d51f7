import type { Command } from "commander";
import { atLeastOne, dollars, span } from "./flag-values.ts";
import { reportFile } from "./report-flag.ts";

/** What `quorate run` is told about this one run. */
export interface LimitFlags {
  /** In US dollars. */
  readonly budget?: number;
  /** In ms. */
  readonly deadline?: number;
  /** In ms. */
  readonly timeout?: number;
  readonly concurrency?: number;
}

/** Adds the flags that bound one run, and those that report it. */
export function addRunFlags(run: Command): Command {
  return run
    .option("--budget <usd>", "what the run may spend, in US dollars", dollars)
    .option("--deadline <time>", "how long the run may take: 5m", span)
    .option("--timeout <time>", "how long an attempt may take, whatever agents say: 30s", span)
    .option("--concurrency <n>", "how many attempts are in flight at most", atLeastOne)
    .option(
      "--report <format=file>",
      "write the run as md, json, junit, sarif, github or html; may be given again",
      reportFile,
    );
}

/** The same as options of a run. */
export function limitsOf({ budget, deadline, timeout, concurrency }: LimitFlags): {
  readonly budget?: { readonly usd: number };
  readonly deadlineMs?: number;
  readonly timeoutMs?: number;
  readonly concurrency?: number;
} {
  return {
    ...(budget !== undefined && { budget: { usd: budget } }),
    ...(deadline !== undefined && { deadlineMs: deadline }),
    ...(timeout !== undefined && { timeoutMs: timeout }),
    ...(concurrency !== undefined && { concurrency }),
  };
}
