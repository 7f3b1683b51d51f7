import {
  QuorateError,
  type AgentReliability,
  type LearnedBefore,
  type Reliability,
} from "../../index.ts";
import { learnedFrom } from "../../learning/index.ts";

import type { Store } from "../../store/store.ts";
import { withDatabase } from "../given/database.ts";
import { commandName } from "../command-name.ts";
import { count } from "../../report/quantities.ts";
import { safeJson, safeText } from "../shown/safe-text.ts";
import type { Terminal } from "../shown/terminal.ts";
import { columnsOf, pad, padStart, wrap } from "../shown/wrap.ts";

export interface AgentsFlags {
  readonly db: string;
  readonly labels: "fixed" | "open";
  readonly json?: boolean;
}

/** `quorate agents`: how good the agents of a supervisor are, as far as its runs have taught it. */
export async function agentsCommand(
  name: string | undefined,
  flags: AgentsFlags,
  screen: Terminal,
): Promise<void> {
  const { db, labels } = flags;
  const known = await withDatabase(db, async (store, backend) => {
    const names = await supervisorsIn(store);
    if (name !== undefined && !names.includes(name)) throw unknown(name, names);
    const found: { supervisor: string; learned: LearnedBefore }[] = [];
    for (const supervisor of name === undefined ? names : [name]) {
      found.push({ supervisor, learned: await learnedFrom(backend, supervisor, { labels }) });
    }
    return found;
  });
  if (flags.json === true) {
    screen.print(safeJson(known, 2));
    return;
  }
  if (known.length === 0) {
    const what = `Nothing has been learned yet. Put reliability() into a team's chain, or record how runs turned out: ${commandName()} truth RUN SUBJECT VALUE.`;
    screen.print(...wrap(what, screen.columns));
    return;
  }
  const pages = known.map(({ supervisor, learned }) => page(supervisor, learned, screen));
  screen.print(...pages.flatMap((lines, index) => (index === 0 ? lines : ["", ...lines])));
}

const PREFIX = "ballot/";

/** The supervisors that something is kept of: one question each, however many runs there are. */
async function supervisorsIn({ values }: Store): Promise<readonly string[]> {
  const names: string[] = [];
  for (let after = ""; ;) {
    const [next] = await values.list(PREFIX, { limit: 1, ...(after !== "" && { after }) });
    if (next === undefined) return names;
    const name = next.key.slice(PREFIX.length, next.key.indexOf("/", PREFIX.length));
    names.push(name);
    // "0" comes right after "/".
    after = `${PREFIX}${name}0`;
  }
}

function unknown(name: string, names: readonly string[]): QuorateError {
  const instead =
    names.length === 0
      ? "nothing has been learned yet"
      : `there are ${names.map((one) => `"${safeText(one)}"`).join(", ")}`;
  return new QuorateError(
    "BAD_OPTIONS",
    `Nothing was learned of a supervisor "${safeText(name)}"; ${instead}.`,
  );
}

function page(supervisor: string, { claims, findings }: LearnedBefore, screen: Terminal): string[] {
  return [
    screen.style("title", safeText(supervisor)),
    ...(claims === undefined ? [] : table("claims", claims, screen)),
    ...(findings === undefined ? [] : table("findings", findings, screen)),
  ];
}

const BAR_COLUMNS = 21;
const FIGURE_COLUMNS = 8;
const MAX_NAME_COLUMNS = 24;

function table(what: string, learned: Reliability, screen: Terminal): string[] {
  const { subjects, votes, why, agents, refused } = learned;
  const from = `${count(votes, "vote")} about ${count(subjects, "subject")}; ${why}`;
  const widest = Math.max(5, ...agents.map(({ agent }) => columnsOf(safeText(agent))));
  const names = Math.min(MAX_NAME_COLUMNS, widest);
  const head = `  ${pad("agent", names)}${padStart("votes", FIGURE_COLUMNS)}${padStart("right", FIGURE_COLUMNS)}${padStart("weight", FIGURE_COLUMNS)}  0%${" ".repeat(BAR_COLUMNS - 6)}100%`;
  return [
    ...wrap(`${what}: ${from}`, screen.columns, { first: "  " }),
    ...(refused === undefined
      ? []
      : wrap(`not used: ${refused}`, screen.columns, { first: "  " }).map((line) =>
          screen.style("warn", line),
        )),
    screen.style("quiet", head),
    ...agents.toSorted((a, b) => b.accuracy - a.accuracy).map((agent) => row(agent, names)),
  ];
}

function row(
  { agent, trials, accuracy, interval, weight }: AgentReliability,
  names: number,
): string {
  const right = `${Math.round(accuracy * 100)} %`;
  const figures = [String(trials), right, weight.toFixed(2)];
  return `  ${pad(safeText(agent), names)}${figures.map((figure) => padStart(figure, FIGURE_COLUMNS)).join("")}  ${bar(accuracy, interval)}`;
}

/** The interval as a line, the accuracy as a star on it. */
function bar(accuracy: number, [low, high]: readonly [number, number]): string {
  const at = (share: number): number => Math.round(share * (BAR_COLUMNS - 1));
  return Array.from({ length: BAR_COLUMNS }, (_, column) => {
    if (column === at(accuracy)) return "*";
    return column >= at(low) && column <= at(high) ? "-" : " ";
  })
    .join("")
    .trimEnd();
}
