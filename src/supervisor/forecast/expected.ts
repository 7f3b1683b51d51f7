import { boundAt } from "../../engine/dispatch.ts";
import type { Limit } from "../../limits/limit.ts";
import type { Recorded, Records } from "./records.ts";
import type { AgentNode, JudgeNode, TeamNode } from "./tree.ts";
import { sum } from "./worst.ts";
import { listSchedule, type Job, type Room } from "./list-schedule.ts";

/** What is expected; `undefined` where no run before tells. */
export interface Expected {
  readonly micros: number | undefined;
  readonly ms: number | undefined;
}

export interface Expectation extends Expected {
  /** By place; of a team the sum of its agents, and the time from its first call to its answer. */
  readonly places: ReadonlyMap<string, Expected>;
}

/** What runs before say that a run takes. */
export function expect(root: TeamNode, records: Records): Expectation {
  const places = new Map<string, Expected>();
  const jobs: Job[] = [];
  const roomsOf = rooms();
  let unknownTime = false;

  const job = (
    durationMs: number | undefined,
    after: readonly number[],
    lanes = NO_ROOMS,
  ): number => {
    unknownTime ||= durationMs === undefined;
    return jobs.push({ durationMs: durationMs ?? 0, after, lanes }) - 1;
  };

  /** Adds a team's jobs; answers with its cost and its last job. */
  const team = (
    node: TeamNode,
    after: readonly number[],
  ): { micros: number | undefined; last: number } => {
    const begin = job(0, after);
    // Where a need is given later than who needs it, its job is made first.
    const ends: number[] = [];
    let micros: number | undefined = 0;
    for (const index of inOrder(node.members)) {
      const member = node.members[index];
      if (member === undefined) continue;
      const waits = [begin, ...member.before.map((other) => ends[other] ?? begin)];
      if (member.kind === "team") {
        const inner = team(member, waits);
        ends[index] = inner.last;
        micros = sum(micros, inner.micros);
        continue;
      }
      const expected = member.kept === true ? NOTHING : asked(member, records.member(member.place));
      places.set(member.place, expected);
      micros = sum(micros, expected.micros);
      ends[index] = job(expected.ms, waits, roomsOf(member.seat.limiters));
    }
    for (const judge of node.judges) {
      const expected = asked(judge, records.judge(judge.place));
      places.set(judge.place, expected);
      micros = sum(micros, expected.micros);
    }
    const judgingMs =
      node.judges.length === 0 || records.runs > 0 ? records.judgingMs(node.place) : undefined;
    const last = job(judgingMs, [begin, ...ends]);
    places.set(node.place, { micros, ms: records.member(node.place)?.durationMs });
    return { micros, last };
  };

  const { micros } = team(root, []);
  return { micros, ms: unknownTime ? undefined : listSchedule(jobs), places };
}

const NO_ROOMS: readonly Room[] = [];
const NOTHING: Expected = Object.freeze({ micros: 0, ms: 0 });

/** As often as before, each time with its bound where no cost is recorded. */
function asked(node: AgentNode | JudgeNode, recorded: Recorded | undefined): Expected {
  if (recorded === undefined) return { micros: undefined, ms: undefined };
  const { micros, durationMs, calls } = recorded;
  if (micros !== undefined) return { micros, ms: durationMs };
  const bound = boundOf(node);
  return { micros: bound === undefined ? undefined : bound * calls, ms: durationMs };
}

function boundOf(node: AgentNode | JudgeNode): number | undefined {
  const input = node.kind === "agent" ? node.input : undefined;
  if (typeof node.seat.agent.maxCost === "function" && input === undefined) return undefined;
  try {
    return boundAt(node.seat, input?.value).usdMicros;
  } catch {
    return undefined;
  }
}

/** The members of a team by their stages, so that each comes after all that it waits for. */
function inOrder(members: TeamNode["members"]): readonly number[] {
  return [...members.keys()].toSorted(
    (a, b) => (members[a]?.stage ?? 0) - (members[b]?.stage ?? 0) || a - b,
  );
}

/** The limits on a path, one list for all agents that have the same. */
function rooms(): (limits: readonly Limit[]) => readonly Room[] {
  const numbered = new Map<Limit, Room & { readonly number: number }>();
  const known = new Map<string, readonly Room[]>();
  return (limits) => {
    const limited = limits
      .filter(({ concurrency }) => concurrency < Infinity)
      .map((limit) => {
        const room = numbered.get(limit) ?? { limit: limit.concurrency, number: numbered.size };
        numbered.set(limit, room);
        return room;
      });
    const key = limited.map(({ number }) => number).join();
    const list = known.get(key) ?? limited;
    known.set(key, list);
    return list;
  };
}
