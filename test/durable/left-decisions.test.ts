import { describe, expect, it } from "vitest";
import {
  agent,
  decide,
  human,
  memory,
  openQuestions,
  supervisor,
  unanimous,
  type Clock,
  type Resolver,
  type RunEvent,
} from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { tempPaths } from "../sqlite/temp-folder.ts";
import { faultsOf } from "./same-run.ts";

const tempPath = tempPaths();

/** A resolver that a test holds up while the run is under way. */
function holding() {
  let held = Promise.resolve();
  let begun = Promise.withResolvers<void>();
  let release = (): void => {};
  const resolver: Resolver = {
    name: "holding",
    async settle() {
      begun.resolve();
      await held;
      return { defer: "it only takes its time" };
    },
  };
  return {
    resolver,
    /** From now on runs come as far as this resolver; resolves when one has. */
    hold(): Promise<void> {
      begun = Promise.withResolvers();
      ({ promise: held, resolve: release } = Promise.withResolvers<void>());
      return begun.promise;
    },
    release: () => release(),
  };
}

/** A team in which two subjects are contested, each of which waits for a person. */
function setUp(store: Store, resolver: Resolver = holding().resolver, clock?: Clock) {
  const says = (name: string, position: string) =>
    agent({
      name,
      run: (_task: string) => ({ x: position, y: position }),
      claims: (said) =>
        Object.entries(said).map(([subject, value]) => ({ subject, position: value })),
    });
  return supervisor({
    name: "gate",
    agents: { a: says("a", "ship"), b: says("b", "hold") },
    resolve: [unanimous(), resolver, human()],
    backend: { store },
    ...(clock !== undefined && { clock }),
  });
}

const about = (subject: string, winner: string) => ({
  subject,
  winner,
  why: "I said so",
  by: "ann",
});

function decidedIn(events: readonly RunEvent[]): readonly unknown[] {
  return events.flatMap((event) =>
    event.type === "person.decided" ? [[event.subject, event.winner, event.index, event.by]] : [],
  );
}

describe.each([
  [
    "in memory",
    (): readonly [Store, Store] => {
      const store = memory({ resumable: true }).store;
      return [store, store];
    },
  ],
  [
    "in a file that two have open",
    (): readonly [Store, Store] => {
      const path = tempPath();
      return [sqlite({ path }).store, sqlite({ path }).store];
    },
  ],
])("a decision about a run %s that somebody drives", (_where, open) => {
  it("is left for them, who write it into the log and go on with it", async () => {
    const [mine, theirs] = open();
    const held = holding();
    const gate = setUp(mine, held.resolver);
    await gate.run("task", { runId: "r" });
    const comes = held.hold();
    const first = gate.decide("r", about("x", "ship"));
    await comes;
    expect(await decide({ store: theirs }, "r", about("y", "hold"))).toBe("left");
    expect(decidedIn(await mine.read("r"))).toEqual([["x", "ship", 1, "ann"]]);
    held.release();
    expect(await first).toMatchObject({
      status: "complete",
      verdicts: [
        { subject: "x", winner: "ship", by: "human" },
        { subject: "y", winner: "hold", by: "human" },
      ],
    });
    const events = await mine.read("r");
    expect(decidedIn(events)).toEqual([
      ["x", "ship", 1, "ann"],
      ["y", "hold", 0, "ann"],
    ]);
    expect(faultsOf(events)).toEqual([]);
    expect(await mine.values.list("request/")).toEqual([]);
    await theirs.close();
    await mine.close();
  });

  it("is waited for by the supervisor that is to go on with it", async () => {
    const [mine, theirs] = open();
    const held = holding();
    await setUp(mine, held.resolver).run("task", { runId: "r" });
    const comes = held.hold();
    const first = setUp(mine, held.resolver).decide("r", about("x", "ship"));
    await comes;
    const second = setUp(theirs).decide("r", about("y", "hold"));
    await left(mine);
    held.release();
    for (const outcome of await Promise.all([first, second])) {
      expect(outcome).toMatchObject({
        status: "complete",
        verdicts: [{ winner: "ship" }, { winner: "hold" }],
      });
    }
    expect(decidedIn(await mine.read("r"))).toHaveLength(2);
    await theirs.close();
    await mine.close();
  });

  it("is refused where one is left already about the same, nobody holds it, or it is not asked", async () => {
    const [mine, theirs] = open();
    const held = holding();
    const gate = setUp(mine, held.resolver);
    await gate.run("task", { runId: "r" });
    const comes = held.hold();
    const first = gate.decide("r", about("x", "ship"));
    await comes;
    expect(await decide({ store: theirs }, "r", about("y", "hold"))).toBe("left");
    for (const [decision, code] of [
      [about("y", "ship"), "ALREADY_DECIDED"],
      [about("x", "ship"), "ALREADY_DECIDED"],
      [about("y", "maybe"), "NO_SUCH_POSITION"],
      [about("z", "ship"), "BAD_OPTIONS"],
    ] as const) {
      await expect(decide({ store: theirs }, "r", decision)).rejects.toMatchObject({ code });
    }
    held.release();
    expect(await first).toMatchObject({ verdicts: [{ winner: "ship" }, { winner: "hold" }] });
    await theirs.close();
    await mine.close();
  });
});

/** Resolves once a decision is left in a store. */
async function left(store: Store): Promise<void> {
  const isThere = async (): Promise<boolean> =>
    (await store.values.list("request/decide/")).length > 0;
  while (!(await isThere())) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe("a decision that was left", () => {
  it("is taken by who goes on with the run, where its owner has died", async () => {
    const path = tempPath();
    await using mine = sqlite({ path }).store;
    const theirs = sqlite({ path }).store;
    await setUp(mine).run("task", { runId: "r" });
    // As a process that drives the run, and dies of that.
    await theirs.take("r");
    expect(await decide({ store: mine }, "r", about("y", "hold"))).toBe("left");
    await theirs.close();
    expect(openQuestions(await mine.read("r"))).toHaveLength(2);
    expect(await setUp(mine).resume("r")).toMatchObject({
      status: "waiting",
      verdicts: [
        { subject: "x", status: "waiting" },
        { subject: "y", winner: "hold" },
      ],
    });
    expect(await mine.values.list("request/")).toEqual([]);
    expect(openQuestions(await mine.read("r"))).toMatchObject([{ verdict: { subject: "x" } }]);
  });

  it("is taken by its owner, whose deadline has passed while it drove the run, within a deadline that counts anew", async () => {
    const clock = virtualClock();
    const { store } = memory({ resumable: true, clock });
    const held = holding();
    const team = setUp(store, held.resolver, clock);
    expect((await team.run("task", { runId: "run" })).status).toBe("waiting");
    const isHeld = held.hold();
    const first = team.decide("run", about("x", "ship"), { deadlineMs: 1_000 });
    await isHeld;
    await decide({ store }, "run", about("y", "hold"));
    await clock.advance(1_001);
    held.release();
    await clock.advance(60_000);
    expect(await first).toMatchObject({ status: "complete" });
    expect(await store.run("run")).toMatchObject({ status: "complete" });
  });

  it("is written by its owner without what the team's redact takes out of it", async () => {
    const store = memory({ resumable: true }).store;
    const redact = (value: unknown) =>
      JSON.parse(JSON.stringify(value).replaceAll(/sk-\w+/g, "[redacted]")) as never;
    const held = holding();
    const says = (name: string, recommendation: string) =>
      agent({ name, run: () => ({ recommendation }) });
    const gate = supervisor({
      name: "gate",
      agents: { a: says("a", "ship"), b: says("b", "hold") },
      resolve: [held.resolver, human()],
      redact,
      backend: { store },
    });
    await gate.run("task", { runId: "r" });
    const comes = held.hold();
    const resumed = gate.resume("r");
    await comes;
    const decision = { subject: "task", winner: "ship", why: "the key sk-123 works" };
    // Nobody knows here what is secret in what the person wrote.
    expect(await decide({ store }, "r", decision)).toBe("left");
    expect(JSON.stringify(store.values.list("request/"))).not.toContain("sk-123");
    held.release();
    expect(await resumed).toMatchObject({ status: "complete", verdicts: [{ winner: "ship" }] });
    expect(JSON.stringify(store.read("r"))).not.toContain("sk-123");
  });
});
