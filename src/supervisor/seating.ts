import type { Agent } from "../agent.ts";
import type { Deadlines } from "../async/deadlines.ts";
import { agentDefinition } from "../engine/key.ts";
import type { Seat } from "../engine/seat.ts";
import type { Lane } from "../policy/admission.ts";
import { mergeLimits, type CallLimits } from "../policy/limits.ts";
import { teamDefinition, type Member, type Team } from "./team.ts";

/** A team in its place under a root: every agent with its limits there and every lane on its path. */
export interface Seating {
  readonly team: Team;
  /** Identifies the team's description, those of its workers included. Only looked at in runs that keep keys. */
  readonly definition: () => string;
  readonly seats: readonly (Seat | Seating)[];
  /** The agents that the team's chain asks. */
  readonly judges: ReadonlyMap<Agent, JudgeSeat>;
}

/** The seat of an agent that is no member: what it is called in the team's call ids. */
export interface JudgeSeat {
  readonly name: string;
  readonly seat: Seat;
}

export interface SeatingOptions {
  readonly team: Team;
  /** The places of the team's agents begin with it. */
  readonly prefix?: string;
  /** The lanes above the team. */
  readonly lanes?: readonly Lane[];
  /** What a run wants otherwise, for everything in it. */
  readonly overrides?: CallLimits;
  /** Filled with every agent by its place. */
  readonly registry: Map<string, Agent>;
  /** What keeps timeouts of so many ms. */
  readonly timeoutsOf: (timeoutMs: number) => Deadlines | undefined;
}

/** Seats a team, and those nested in it. */
export function seatTeam({
  team,
  prefix = "",
  lanes = [],
  overrides = {},
  registry,
  timeoutsOf,
}: SeatingOptions): Seating {
  const path = [...lanes, team.lane];
  const seatAgent = (agent: Agent, place: string): Seat => {
    registry.set(place, agent);
    const limits = mergeLimits(team.limits, agent.limits, overrides);
    const timeouts = timeoutsOf(limits.timeoutMs);
    return {
      agent,
      definition: once(() => agentDefinition(agent)),
      place,
      limits,
      timeouts,
      lanes: path,
    };
  };
  const seatMember = ({ name, worker }: Member): Seat | Seating => {
    const place = `${prefix}${name}`;
    return isTeam(worker)
      ? seatTeam({
          team: worker,
          prefix: `${place}/`,
          lanes: path,
          overrides,
          registry,
          timeoutsOf,
        })
      : seatAgent(worker, place);
  };

  const judges = new Map<Agent, JudgeSeat>();
  for (const agent of team.resolve.flatMap(({ asks = [] }) => asks)) {
    if (judges.has(agent)) continue;
    // A member's name never begins with "~".
    const name = `~${agent.name}`;
    judges.set(agent, { name, seat: seatAgent(agent, prefix + name) });
  }
  const seats = team.members.map(seatMember);
  const definitions = (): readonly string[] => seats.map((seat) => seat.definition());
  return { team, definition: once(() => teamDefinition(team, definitions())), seats, judges };
}

function once(make: () => string): () => string {
  let made: string | undefined;
  return () => (made ??= make());
}

/** Whether a worker is a nested supervisor's team. */
export function isTeam(worker: Agent | Team): worker is Team {
  return "members" in worker;
}

/** Whether a seat is a nested team's. */
export function isSeating(seat: Seat | Seating): seat is Seating {
  return "seats" in seat;
}
