import { makeGraph, type Graph, type GraphNode } from "./graph.ts";
import type { EventBody } from "../model/events.ts";
import type { LearnedBefore } from "../model/reliability.ts";
import type { PlannedPanel } from "../model/planned-panel.ts";
import type { Mode } from "./run-options.ts";

/** Which agents will be asked, and which wait for which others. Fixed before anything runs. */
export interface Plan {
  readonly mode: Mode;
  /** Indices of members, in the order of the team. */
  readonly planned: readonly number[];
  /** Their names. */
  readonly agents: readonly string[];
  readonly graph: Graph;
  /** In which order they are asked, and when the answers are enough; without it, all are asked. */
  readonly panel?: PlannedPanel;
}

/** A plan as a log has it, with what earlier runs taught. */
export function plannedEvent(
  { mode, agents, panel }: Plan,
  learned: LearnedBefore | undefined,
): Extract<EventBody, { readonly type: "run.planned" }> {
  return {
    type: "run.planned",
    mode,
    agents,
    ...(learned !== undefined && { learned }),
    ...(panel !== undefined && { panel }),
  };
}

/** The plan of asking the whole team. */
export function planEveryone(members: readonly GraphNode[], mode: Mode): Plan {
  return makePlan(members, mode, [...members.keys()]);
}

/** The plan of asking those of the members. */
export function makePlan(
  members: readonly GraphNode[],
  mode: Mode,
  planned: readonly number[],
): Plan {
  const agents = planned.map((index) => members[index]?.name ?? "");
  return { mode, planned, agents, graph: makeGraph(members, mode, planned) };
}
