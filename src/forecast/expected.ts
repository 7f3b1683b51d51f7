import type { Limit } from "../limits/limit.ts";
import type { Recorded, Records } from "./records.ts";
import type { AgentNode, JudgeNode, TeamNode } from "./tree.ts";
import { boundOf } from "./worst.ts";
import { listSchedule, type ScheduledJob, type Room } from "./list-schedule.ts";

/** What is expected; not a number if no earlier run tells. */
export interface Expected {
  readonly micros: number;
  readonly ms: number;
}

export interface Expectation extends Expected {
  /** By place; for a team the sum of its agents, and the time from its first call to its answer. */
  readonly places: ReadonlyMap<string, Expected>;
}

/** What a run is expected to cost, from earlier runs. */
export function expect(root: TeamNode, records: Records): Expectation {
  const places = new Map<string, Expected>();
  const jobs: ScheduledJob[] = [];
  const roomsOf = roomsByLimits();

  const job = (durationMs: number, after: readonly number[], rooms = NO_ROOMS): number =>
    jobs.push({ durationMs, after, rooms }) - 1;

  /** Adds a team's jobs; returns its cost and its last job. */
  const team = (node: TeamNode, after: readonly number[]): { micros: number; last: number } => {
    const begin = job(0, after);
    const { members, plan } = node;
    // In a panel, those of a later round wait for all earlier rounds.
    const before = members.map(({ place }) => records.member(place));
    const rounds = before.map((one) => (plan.panel === undefined ? 1 : (one?.round ?? 1)));
    const ends: number[] = [];
    let micros = 0;
    for (const index of inOrder(members, rounds)) {
      const member = members[index];
      if (member === undefined) continue;
      const earlier = ends.filter((_, other) => (rounds[other] ?? 1) < (rounds[index] ?? 1));
      const waits = [begin, ...earlier, ...member.before.map((other) => ends[other] ?? begin)];
      if (member.kind === "team") {
        const inner = team(member, waits);
        ends[index] = inner.last;
        micros += inner.micros;
        continue;
      }
      const recorded = before[index];
      // In a panel, not all are asked in every run, and some may never have been.
      const isNever =
        plan.panel !== undefined && recorded === undefined && records.leftOut(member.place);
      const whole = member.kept === true || isNever ? NOTHING : asked(member, recorded);
      const share = plan.panel === undefined ? 1 : (recorded?.share ?? 1);
      const expected = { micros: whole.micros * share, ms: share < 1 / 2 ? 0 : whole.ms };
      places.set(member.place, expected);
      micros += expected.micros;
      ends[index] = job(expected.ms, waits, roomsOf(member.configured.limiters));
    }
    for (const judge of node.judges) {
      const expected = asked(judge, records.judge(judge.place));
      places.set(judge.place, expected);
      micros += expected.micros;
    }
    const judgingMs =
      node.judges.length === 0 || records.runs > 0 ? records.judgingMs(node.place) : Number.NaN;
    const last = job(judgingMs, [begin, ...ends]);
    places.set(node.place, { micros, ms: records.member(node.place)?.durationMs ?? Number.NaN });
    return { micros, last };
  };

  const { micros } = team(root, []);
  const isKnown = jobs.every(({ durationMs }) => !Number.isNaN(durationMs));
  return { micros, ms: isKnown ? listSchedule(jobs) : Number.NaN, places };
}

const NO_ROOMS: readonly Room[] = [];
const NOTHING: Expected = Object.freeze({ micros: 0, ms: 0 });

/** As often as before, each time with its bound if no cost is recorded. */
function asked(node: AgentNode | JudgeNode, recorded: Recorded | undefined): Expected {
  if (recorded === undefined) return { micros: Number.NaN, ms: Number.NaN };
  const { micros, durationMs, calls } = recorded;
  const input = node.kind === "agent" ? node.input : undefined;
  return { micros: micros ?? boundOf(node.configured, input) * calls, ms: durationMs };
}

/** The members of a team by rounds and stages, so that each comes after all that it waits for. */
function inOrder(members: TeamNode["members"], rounds: readonly number[]): readonly number[] {
  const roundOf = (index: number): number => rounds[index] ?? 1;
  const stageOf = (index: number): number => members[index]?.stage ?? 0;
  return [...members.keys()].toSorted(
    (a, b) => roundOf(a) - roundOf(b) || stageOf(a) - stageOf(b) || a - b,
  );
}

/** The limits on a path, one list for all agents that have the same. */
function roomsByLimits(): (limits: readonly Limit[]) => readonly Room[] {
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
