import { fewNames } from "./words.ts";
import type { Verdict } from "../../../src/model/verdict.ts";

/** One resolver, and what it said about a subject. */
export interface ChainStep {
  readonly name: string;
  readonly did: "deferred" | "decided" | "waits";
  readonly words: string;
}

/** Why a subject was decided as it was. */
export interface Why {
  /** Before the chain: who holds what. */
  readonly before: string;
  readonly steps: readonly ChainStep[];
}

/**
 * The names of the resolvers in these verdicts: what decided somewhere, or stands before "deferred:" in a reasoning, which is a text in
 * the log. Earlier versions wrote "passed:".
 */
export function chainNames(verdicts: readonly Verdict[]): readonly string[] {
  const names = new Set<string>();
  for (const { by, reasoning } of verdicts) {
    if (by !== null) names.add(by);
    for (const [, name = ""] of reasoning.matchAll(
      /(?:^|[.!?…] )([^.:!?…]{1,100}) (?:deferred|passed): /g,
    )) {
      names.add(name);
    }
  }
  return [...names];
}

/** A verdict's reasoning taken apart at the names of the chain; all of it is `before` where that is not possible. */
export function whyOf({ reasoning, by, status }: Verdict, names: readonly string[]): Why {
  const text = reasoning.replace(/ ?Missing: [^:]*\.$/, "");
  if (names.length === 0) return { before: text, steps: [] };
  const any = names.map((name) => escaped(name)).join("|");
  const found = [
    ...text.matchAll(new RegExp(`(?:^|(?<=[.!?…] ))(${any})( deferred| passed)?: `, "g")),
  ];
  const steps = found.map((match, index): ChainStep => {
    const [head, name = "", deferred] = match;
    const words = text.slice(match.index + head.length, found[index + 1]?.index).trim();
    const isLast = index === found.length - 1;
    const waits = isLast && status === "waiting";
    const decided = deferred === undefined && name === by;
    return { name, did: waits ? "waits" : decided ? "decided" : "deferred", words };
  });
  return { before: text.slice(0, found[0]?.index ?? text.length).trim(), steps };
}

function escaped(name: string): string {
  return name.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}

const SUPPORT = /^Reported by \d+ agents?; at least (\d+) are asked for\.$/;

/** What would have changed a verdict of `support`, whose rule says it; `undefined` of others. */
export function wouldChange(verdict: Verdict, why: Why): string | undefined {
  const last = why.steps.at(-1);
  const asked = verdict.by === "support" ? SUPPORT.exec(last?.words ?? "")?.[1] : undefined;
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
