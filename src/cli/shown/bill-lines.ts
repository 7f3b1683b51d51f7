import type { Amount, Bill, BillLine, Saved, Wasted } from "../../model/outcome.ts";
import { money } from "../../report/money.ts";
import { count, duration, whole } from "../../report/quantities.ts";
import {
  billSentence,
  costCell,
  isAllUnknown,
  knownMicros,
  tokensCell,
} from "../../report/spent.ts";
import { safeText } from "./safe-text.ts";
import { table } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { wrap } from "./wrap.ts";

const MAX_LINES = 20;
const LABEL = "         ";

/**
 * What a run took, saved and wasted: a sentence, and a table where more is known than how often somebody was asked. A bill from
 * the log of an earlier version may have the sentence only.
 */
export function billLines(bill: Bill, screen: Terminal, full: boolean = false): string[] {
  return [
    ...wrap(billSentence(bill), screen.columns, { first: "  " }),
    ...savedLines(bill, screen),
    ...agentTable(bill, screen, full),
  ];
}

/** What was not paid for, what was paid for nothing, and what only to learn from it; no line where there is none of it. */
export function savedLines({ saved, wasted, explored }: Partial<Bill>, screen: Terminal): string[] {
  const parts = (words: readonly string[], label: string): string[] =>
    words.length === 0
      ? []
      : wrap(words.join(", "), screen.columns, {
          first: `  ${label.padEnd(LABEL.length)}`,
        });
  return [
    ...parts(saved === undefined ? [] : savings(saved), "saved"),
    ...parts(wasted === undefined ? [] : waste(wasted), "wasted"),
    ...parts(explored === undefined ? [] : part(explored, "call", "to learn from"), "explored"),
  ];
}

function savings({
  cache,
  joined,
  fork,
  duplicates,
  batch,
  tier,
  panel,
  earlyStop,
}: Saved): readonly string[] {
  return [
    ...part(cache, "call", "by kept answers"),
    ...part(joined, "call", "by joining others"),
    ...part(fork, "call", "by the run before"),
    ...part(duplicates, "call", "by asking the same once"),
    ...part({ calls: Math.round(batch.calls), usdMicros: 0 }, "request", "by batches"),
    ...part(tier, "call", "by cheaper tiers"),
    ...(panel === undefined ? [] : part({ ...panel, usdMicros: 0 }, "call", "by asking fewer")),
    ...part({ ...earlyStop, usdMicros: 0 }, "call", "by stopping early"),
  ];
}

function waste({ retries, late, inDoubt }: Wasted): readonly string[] {
  return [
    ...part(retries, "attempt", "that failed"),
    ...part(late, "attempt", "that came too late"),
    ...part(inDoubt, "attempt", "whose end is unknown"),
  ];
}

function part({ calls, usdMicros, atLeast }: Amount, one: string, how: string): readonly string[] {
  if (calls === 0) return [];
  const paid =
    usdMicros === 0
      ? ""
      : usdMicros !== "unknown"
        ? ` (${money(usdMicros)})`
        : atLeast === undefined
          ? " (cost unknown)"
          : ` (at least ${money(atLeast)})`;
  return [`${count(calls, one)} ${how}${paid}`];
}

/** A line for each agent and model, the dearest first where that is known; nothing where only counts are. */
export function agentTable({ lines }: Partial<Bill>, screen: Terminal, full: boolean): string[] {
  if (lines?.some(saysMore) !== true) return [];
  const ordered = lines.toSorted((a, b) => microsOf(b) - microsOf(a));
  const shown = full ? ordered : ordered.slice(0, MAX_LINES);
  const cells = (textOf: (line: BillLine) => string): readonly string[] => shown.map(textOf);
  const hidden = lines.length - shown.length;
  return [
    "",
    ...table(
      [
        { title: "agent", kind: "text", cells: cells(({ agent }) => safeText(agent)) },
        {
          title: "model",
          kind: "text",
          spare: 2,
          cells: cells(({ model }) => (model === null ? "" : safeText(model))),
        },
        { title: "calls", kind: "number", cells: cells(({ calls }) => whole(calls)) },
        {
          title: "attempts",
          kind: "number",
          spare: 3,
          cells: cells(({ attempts }) => whole(attempts)),
        },
        {
          title: "tokens in",
          kind: "number",
          spare: 4,
          cells: cells(({ cost }) => tokensCell(cost, "inputTokens")),
        },
        {
          title: "out",
          kind: "number",
          spare: 4,
          cells: cells(({ cost }) => tokensCell(cost, "outputTokens")),
        },
        { title: "cost", kind: "number", cells: cells(({ cost }) => costCell(cost)) },
        {
          title: "time",
          kind: "number",
          spare: 1,
          cells: cells(({ durationMs }) => duration(durationMs)),
        },
      ],
      screen,
    ),
    ...(hidden > 0 ? [`  and ${whole(hidden)} more; --full shows all`] : []),
  ];
}

function saysMore({ model, attempts, cost }: BillLine): boolean {
  if (model !== null) return true;
  return attempts > 0 && !isAllUnknown(cost);
}

function microsOf({ cost }: BillLine): number {
  return knownMicros(cost) ?? -1;
}
