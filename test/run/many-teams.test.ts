import { growth } from "../operations.ts";
import { describe, expect, it } from "vitest";
import {
  agent,
  memory,
  supervisor,
  type Outcome,
  type RunEvent,
  type TaskPlan,
} from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";

const RUN = "run";

/** What is done here with teams whose members are only known at run time. */
interface Team {
  run(task: unknown, options: { readonly runId: string }): Promise<Outcome>;
  resume(runId: string): Promise<Outcome>;
  fork(runId: string): Promise<Outcome>;
  plan(task: unknown): Promise<TaskPlan>;
}

const teamOf = (options: object): Team => supervisor(options as never) as unknown as Team;

function reviewer() {
  return agent({
    name: "a",
    version: "1",
    run: (_: unknown, { report }) => {
      report({ usdMicros: 1, inputTokens: 1, outputTokens: 1 });
      return { recommendation: "ship" };
    },
  });
}

/** A team of so many teams beside each other, each of one agent. */
function wide(teams: number, store: Store): Team {
  const agents: Record<string, unknown> = {};
  for (let n = 0; n < teams; n++) {
    const answer = ({ bill }: Outcome): unknown => ({ recommendation: "ship", bill });
    agents[`t${n}`] = teamOf({ name: `t${n}`, agents: { a: reviewer() }, answer });
  }
  return teamOf({ name: "root", agents, backend: { store } });
}

/** A team in a team in a team, each with one agent of its own. */
function deep(teams: number, store: Store): Team {
  let inner: object = {};
  for (let n = 1; n < teams; n++) {
    inner = { [`t${n}`]: teamOf({ name: `t${n}`, agents: { a: reviewer(), ...inner } }) };
  }
  return teamOf({ name: "root", agents: { a: reviewer(), ...inner }, backend: { store } });
}

/** A store in which the log of a run stands, or its first half. */
function stored(log: readonly RunEvent[], part: 1 | 0.5): Store {
  const store = memory({ resumable: true }).store;
  store.append(log.slice(0, Math.ceil(log.length * part)));
  store.release(RUN, 1);
  return store;
}

describe("what a run of nested teams takes", () => {
  it.each([
    ["beside each other", wide, 60, 2.2],
    // Each agent passes the limits of all teams above it, which is little beside what else there is.
    ["in each other", deep, 30, 2.6],
  ])("grows with the number of teams %s, and not with its square", async (_, make, teams, most) => {
    const logs = new Map<number, readonly RunEvent[]>();
    for (const many of [2, teams, 2 * teams]) {
      const store = memory({ resumable: true }).store;
      const { bill } = await make(many, store).run(1, { runId: RUN });
      expect(bill).toMatchObject({ calls: many, spent: { usdMicros: many } });
      logs.set(many, store.read(RUN) as readonly RunEvent[]);
    }
    const kept = (many: number, part: 1 | 0.5): Store => stored(logs.get(many) ?? [], part);
    const works = {
      run: (many: number) => make(many, memory().store).run(1, { runId: RUN }),
      "resumable run": (many: number) =>
        make(many, memory({ resumable: true }).store).run(1, { runId: RUN }),
      resume: (many: number) => make(many, kept(many, 0.5)).resume(RUN),
      fork: (many: number) => make(many, kept(many, 1)).fork(RUN),
      plan: (many: number) => make(many, memory().store).plan(1),
      "plan by what is recorded": (many: number) => make(many, kept(many, 1)).plan(1),
    };
    const tooMuch: string[] = [];
    for (const [what, work] of Object.entries(works)) {
      const times = await growth(teams, work);
      if (times >= most) tooMuch.push(`${what}: ${times} times the work for twice as many teams`);
    }
    expect(tooMuch).toEqual([]);
  });
});
