import type { Spending, TeamSpent } from "../../server/spending.ts";
import { agentTable, savedLines } from "./bill-lines.ts";
import { money } from "../../report/money.ts";
import { count, dateAndTime, whole } from "../../report/quantities.ts";
import { section } from "./report.ts";
import { spentText } from "../../report/spent.ts";
import { safeText } from "./safe-text.ts";
import { shortId } from "./short-id.ts";
import { table } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { clip, wrap } from "./wrap.ts";

const MAX_DAYS = 31;
const MAX_ROWS = 20;
const MAX_BAR = 40;

/** What the runs of a database came to, for a person. */
export function spendingLines(spending: Spending, screen: Terminal, full: boolean): string[] {
  const { sinceMs, total, teams, days, dearest, all, budgets } = spending;
  const since = sinceMs === null ? "" : ` since ${dateAndTime(sinceMs)}`;
  if (all.runs === 0) {
    return [`No runs${since}.`, ...section("Shared budgets", screen, budgetLines(budgets, screen))];
  }
  const asked = `${count(total.calls, "call")}, ${count(total.attempts, "attempt")}`;
  const sentence = `${count(all.runs, "run")}${since}: ${asked}; ${spentText(total)}${inSome(all)}`;
  return [
    ...wrap(sentence, screen.columns),
    ...savedLines(total, screen),
    ...dayByDay(days, screen),
    // Its first line is empty: it follows on others elsewhere.
    ...section("Agents", screen, agentTable(total, screen, full).slice(1)),
    ...section("Teams", screen, teams.length < 2 ? [] : spentTable("team", teams, screen, full)),
    ...section("Days", screen, days.length < 2 ? [] : dayLines(days, screen, full)),
    ...section("Dearest runs", screen, dearestLines(dearest, screen)),
    ...section("Shared budgets", screen, budgetLines(budgets, screen)),
  ];
}

const DAY_MS = 86_400_000;
const MOST_SPARKS = 50;
// The label before them, and the words behind.
const BESIDE_SPARKS = 50;

/** What was known to be spent a day, in one line: also the days on which nothing ran. Where lines are not drawn there is the table alone. */
function dayByDay(days: readonly TeamSpent[], screen: Terminal): string[] {
  const spent = new Map(days.map(({ name, usdMicros }) => [name, usdMicros]));
  const [first, last] = [days[0]?.name, days.at(-1)?.name];
  if (!screen.live || days.length < 2 || first === undefined || last === undefined) return [];
  const amounts: number[] = [];
  const end = Date.parse(last);
  const most = Math.max(2, Math.min(MOST_SPARKS, screen.columns - BESIDE_SPARKS));
  const begin = Math.max(Date.parse(first), end - (most - 1) * DAY_MS);
  for (let at = begin; at <= end; at += DAY_MS) {
    amounts.push(spent.get(new Date(at).toISOString().slice(0, 10)) ?? 0);
  }
  const dearest = Math.max(...amounts);
  if (dearest === 0) return [];
  const since = new Date(begin).toISOString().slice(0, 10);
  const words = `  a day    ${sparkLine(amounts)}  since ${since}, at most ${money(dearest)}`;
  return [clip(words, screen.columns)];
}

function inSome({ unknownRuns, runs }: TeamSpent): string {
  if (unknownRuns === 0 || unknownRuns === runs) return "";
  return `; the cost of ${count(unknownRuns, "run")} is not all known`;
}

/** What they are known to have cost. */
function knownText({ usdMicros, unknownRuns }: TeamSpent): string {
  if (unknownRuns === 0) return money(usdMicros);
  return usdMicros === 0 ? "unknown" : `≥ ${money(usdMicros)}`;
}

function spentTable(
  title: string,
  spent: readonly TeamSpent[],
  screen: Terminal,
  full: boolean,
): string[] {
  const shown = full ? spent : spent.slice(0, MAX_ROWS);
  return [
    ...table(
      [
        { title, kind: "text", cells: shown.map(({ name }) => safeText(name)) },
        { title: "runs", kind: "number", cells: shown.map(({ runs }) => whole(runs)) },
        { title: "cost", kind: "number", cells: shown.map(knownText) },
        {
          title: "unknown in",
          kind: "number",
          spare: 1,
          cells: shown.map(({ unknownRuns }) =>
            unknownRuns === 0 ? "" : count(unknownRuns, "run"),
          ),
        },
      ],
      screen,
    ),
    ...more(spent.length - shown.length),
  ];
}

/** A bar for each day; the longest is that of the dearest. */
function dayLines(days: readonly TeamSpent[], screen: Terminal, full: boolean): string[] {
  const shown = full ? days : days.slice(-MAX_DAYS);
  const most = Math.max(1, ...shown.map(({ usdMicros }) => usdMicros));
  const sign = screen.live ? "█" : "#";
  return [
    ...table(
      [
        { title: "day", kind: "text", cells: shown.map(({ name }) => name) },
        { title: "runs", kind: "number", cells: shown.map(({ runs }) => whole(runs)) },
        { title: "cost", kind: "number", cells: shown.map(knownText) },
        {
          title: "",
          kind: "text",
          spare: 1,
          cells: shown.map(({ usdMicros }) =>
            sign.repeat(Math.ceil((usdMicros / most) * Math.min(MAX_BAR, screen.columns - 40))),
          ),
        },
      ],
      screen,
    ),
    ...more(days.length - shown.length),
  ];
}

function dearestLines(dearest: Spending["dearest"], screen: Terminal): string[] {
  if (dearest.length === 0) return [];
  return table(
    [
      { title: "run", kind: "text", cells: dearest.map(({ runId }) => shortId(runId)) },
      {
        title: "begun",
        kind: "text",
        spare: 1,
        cells: dearest.map(({ startedAtMs }) => dateAndTime(startedAtMs)),
      },
      { title: "team", kind: "text", cells: dearest.map(({ team }) => safeText(team)) },
      {
        title: "cost",
        kind: "number",
        cells: dearest.map(
          ({ usdMicros, atLeast }) => `${atLeast === true ? "≥ " : ""}${money(usdMicros)}`,
        ),
      },
    ],
    screen,
  );
}

// What a budget's limit is only those know who name it.
function budgetLines(budgets: Spending["budgets"], screen: Terminal): string[] {
  if (budgets.length === 0) return [];
  return table(
    [
      { title: "budget", kind: "text", cells: budgets.map(({ scope }) => safeText(scope)) },
      {
        title: "spent",
        kind: "number",
        cells: budgets.map(({ spentMicros }) => money(spentMicros)),
      },
      {
        title: "reserved",
        kind: "number",
        cells: budgets.map(({ reservedMicros }) => money(reservedMicros)),
      },
      {
        title: "",
        kind: "text",
        cells: budgets.map(({ overran }) => (overran ? "overran: nothing new begins" : "")),
      },
    ],
    screen,
  );
}

function more(hidden: number): string[] {
  return hidden > 0 ? [`  and ${whole(hidden)} more; --full shows all`] : [];
}

const SIGNS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] as const;

/** Amounts as one line of bars, the largest of full height; nothing is a space. */
function sparkLine(amounts: readonly number[]): string {
  const most = Math.max(...amounts);
  return amounts
    .map((amount) => {
      if (amount <= 0 || most <= 0) return " ";
      return SIGNS[Math.max(0, Math.ceil((amount / most) * SIGNS.length) - 1)] ?? " ";
    })
    .join("");
}
