import type { RunView } from "../../../src/report/run-view.ts";
import type { Held, Subject } from "./subjects.ts";

/** One column of the matrix: an agent, or several with the same positions everywhere. */
export interface Column {
  readonly agents: readonly string[];
  /** On how many subjects it differs from the verdict. */
  readonly against: number;
  /** Whether it gave no answer. */
  readonly missing: boolean;
}

/** The matrix of one team: its subjects, and the agents that spoke about them. */
export interface Matrix {
  readonly team: string;
  readonly subjects: readonly Subject[];
  readonly columns: readonly Column[];
  /** How many columns are left out. */
  readonly left: number;
}

/** More cannot be taken in at a glance; the columns that dissent most are shown. */
const MOST_COLUMNS = 40;

/** A matrix for the root and for each team that has a verdict. */
export function matricesOf(
  run: RunView,
  subjects: readonly Subject[],
  fold: boolean,
): readonly Matrix[] {
  const byTeam = Map.groupBy(subjects, ({ team }) => team);
  return [...byTeam].map(([team, rows]) => {
    const columns = columnsOf(agentsIn(run, team, rows), rows, fold);
    const left = Math.max(0, columns.length - MOST_COLUMNS);
    return { team, subjects: rows, columns: left === 0 ? columns : mostAgainst(columns), left };
  });
}

function mostAgainst(columns: readonly Column[]): readonly Column[] {
  return columns.toSorted((a, b) => b.against - a.against).slice(0, MOST_COLUMNS);
}

/** In the team's order, so that columns keep their place while a run continues; then any others that spoke. */
function agentsIn(run: RunView, team: string, rows: readonly Subject[]): readonly string[] {
  const spoke = new Set(rows.flatMap(({ held }) => [...held.keys()]));
  const planned = [...run.calls.values()]
    .filter((call) => call.team === team && call.role !== "judge" && spoke.has(call.agent))
    .map(({ agent }) => agent);
  return [...new Set([...planned, ...spoke])];
}

function columnsOf(
  agents: readonly string[],
  rows: readonly Subject[],
  fold: boolean,
): readonly Column[] {
  const alike = Map.groupBy(agents, (agent) =>
    fold ? rows.map(({ held }) => signOf(held.get(agent))).join() : agent,
  );
  const columns = [...alike.values()].map((together): Column => {
    const [first = ""] = together;
    const held = rows.map((row) => row.held.get(first));
    return {
      agents: together,
      against: held.filter((one) => one !== undefined && one.position !== "missing" && one.against)
        .length,
      missing: held.every((one) => one === undefined || one.position === "missing"),
    };
  });
  return columns.toSorted(
    (a, b) =>
      Number(a.missing) - Number(b.missing) ||
      Number(b.agents.length > 1) - Number(a.agents.length > 1) ||
      a.against - b.against,
  );
}

function signOf(held: Held | undefined): string {
  return held === undefined ? "" : String(held.position);
}

/** Agents with the number of subjects on which each dissents, most first. */
export function dissentersOf(subjects: readonly Subject[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { held } of subjects) {
    for (const [agent, one] of held) {
      if (one.position !== "missing" && one.against)
        counts.set(agent, (counts.get(agent) ?? 0) + 1);
    }
  }
  return new Map([...counts].toSorted(([, a], [, b]) => b - a));
}
