import type { Command } from "commander";
import { atLeastOne, dollars, span } from "./flag-values.ts";
import { reportFile } from "./report-flag.ts";

/** What bounds one run. */
export interface LimitFlags {
  /** In US dollars. */
  readonly budget?: number;
  /** In ms. */
  readonly deadline?: number;
  /** In ms. */
  readonly timeout?: number;
  readonly concurrency?: number;
}

/** What is for the process that carries a run out, and no part of what is left to a worker. */
export const OF_THE_PROCESS = [
  "budget",
  "deadline",
  "timeout",
  "concurrency",
  "prices",
  "report",
  "failOn",
] as const;

/** Adds the flags that bound one run. */
export function addLimitFlags(command: Command): Command {
  return command
    .option("--budget <usd>", "what the run may spend, in US dollars", dollars)
    .option("--deadline <time>", "how long the run may take: 5m", span)
    .option("--timeout <time>", "how long an attempt may take, overriding the agents: 30s", span)
    .option("--concurrency <n>", "the most attempts in flight at once", atLeastOne);
}

/** Adds the flags that bound one run, and the one that reports it. */
export function addRunFlags(command: Command): Command {
  return addLimitFlags(command).option(
    "--report <format=file>",
    "write the run as md, json, junit, sarif, github or html; repeatable",
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
