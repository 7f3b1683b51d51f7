import { chmodSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import {
  agent,
  memory,
  QuorateError,
  supervisor,
  type Agent,
  type LiveEvent,
  type RunEvent,
} from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { tempPaths } from "../sqlite/temp-folder.ts";
import { rejection } from "../team/rejection.ts";
import { startProcess } from "./processes/process.ts";
import { TASK, teamCalled, TEAMS } from "./processes/teams.ts";
import { endedCalls, faultsOf, lasting } from "./same-run.ts";

const tempPath = tempPaths();
const RUN = { runId: "run" };
const root = process.getuid?.() === 0;

/** Watches a run until it ends, in whichever way. */
async function watched(
  stream: AsyncIterable<LiveEvent>,
): Promise<{ shown: LiveEvent[]; failure: unknown }> {
  const shown: LiveEvent[] = [];
  try {
    for await (const event of stream) shown.push(event);
  } catch (failure) {
    return { shown, failure };
  }
  return { shown, failure: undefined };
}

/** What the store says of what went wrong. */
function sentence(code: "STORE_FAILED", pattern: RegExp): unknown {
  return expect.toSatisfy(
    (error: unknown) =>
      error instanceof QuorateError && error.code === code && pattern.test(error.message),
    `${code} ${String(pattern)}`,
  );
}

/** A team whose answers are large, each another one. */
function largeTeam(store: Store, asked: string[]) {
  const names = Array.from({ length: 20 }, (_, index) => `agent-${index}`);
  const large = (name: string): Agent =>
    agent({ name, run: () => (asked.push(name), name.repeat(20_000)) }) as Agent;
  const agents = Object.fromEntries(names.map((name) => [name, large(name)]));
  return supervisor({ name: "large", agents: agents as never, concurrency: 1, backend: { store } });
}

describe("a run whose store fails", () => {
  it("stops when the disk is full, shows nothing that is not kept, and goes on when there is room", async () => {
    const path = tempPath();
    const [asked, askedAgain]: [string[], string[]] = [[], []];
    const full = sqlite({ path, maxBytes: 1024 * 1024 }).store;
    const { shown, failure } = await watched(
      largeTeam(full, asked).stream(undefined as never, RUN),
    );
    expect(failure).toEqual(
      sentence("STORE_FAILED", /has no room left: free some disk space, or raise maxBytes\.$/),
    );
    expect(asked.length).toBeGreaterThan(2);
    expect(asked.length).toBeLessThan(20);
    const kept = await full.read("run");
    expect(shown).toEqual(kept);
    await full.close();

    await using store = sqlite({ path }).store;
    const outcome = await largeTeam(store, askedAgain).resume("run");
    expect(outcome).toMatchObject({ status: "complete", bill: { calls: 20 } });
    const ended = endedCalls(kept);
    for (const name of askedAgain) expect(ended).not.toContain(name);
    expect(ended.size + askedAgain.length).toBe(20);
    expect(faultsOf(await store.read("run"))).toEqual([]);
  });

  it("stops when the store is closed in its midst, and is resumed by another one", async () => {
    const path = tempPath();
    const store = sqlite({ path }).store;
    const one = agent({ name: "one", run: () => 1 });
    const closing = (run: () => unknown) => {
      const two = agent({ name: "two", needs: { one }, run });
      return { one, two, three: agent({ name: "three", needs: { two }, run: () => 3 }) };
    };
    const gate = supervisor({
      name: "gate",
      agents: closing(() => store.close()),
      backend: { store },
    });
    const { shown, failure } = await watched(gate.stream(undefined, RUN));
    expect(failure).toEqual(sentence("STORE_FAILED", /^The store ".*" is closed\.$/));

    await using again = sqlite({ path }).store;
    expect(shown).toEqual(await again.read("run"));
    const resumed = supervisor({
      name: "gate",
      agents: closing(() => 2),
      backend: { store: again },
    });
    expect(await resumed.resume("run")).toMatchObject({
      status: "complete",
      reuse: { reused: 1, asked: 2 },
    });
    expect(faultsOf(await again.read("run"))).toEqual([]);
  });

  it.skipIf(process.platform === "win32")(
    "is read from a read-only file, and neither begun nor resumed there",
    async () => {
      const path = tempPath();
      const store = sqlite({ path }).store;
      const team = teamCalled("judged", store, () => {});
      await team.run(TASK, { runId: "finished" });
      const events = await store.read("finished");
      await store.append(
        events.slice(0, 5).map((event): RunEvent => ({ ...event, runId: "stopped" })),
      );
      await store.close();
      chmodSync(path, 0o444);
      chmodSync(dirname(path), 0o777);
      // Nothing is read-only to root: the process then is somebody else.
      const { stdout, stderr, code } = await startProcess(
        "read-only.ts",
        [path],
        root ? 65_534 : undefined,
      ).ended;
      expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
      const [finished, stopped, fresh, ...more] = stdout.trim().split("\n");
      expect(finished).toBe("complete");
      expect(stopped).toMatch(/^STORE_FAILED The store ".*" is read-only: make the file/);
      expect(fresh).toMatch(/^STORE_FAILED The store ".*" is read-only: make the file/);
      expect(more).toEqual([]);
    },
  );
});

/** A store that fails at its n-th append, before it is kept or after, and works again later. */
function failingOnce(store: Store, at: number, kept: boolean): Store {
  let appends = 0;
  return {
    ...store,
    append(events, fence) {
      appends += 1;
      if (appends !== at) return store.append(events, fence);
      if (!kept) throw new Error("the disk has gone");
      return Promise.resolve(store.append(events, fence)).then(() => {
        throw new Error("the disk has gone");
      });
    },
  };
}

describe.each(TEAMS)("the team %s, whose store fails at every append", (name) => {
  it.each([
    ["and has not kept it", false],
    ["but has kept it", true],
  ] as const)(
    "rejects with STORE_FAILED, %s, and comes to the same when it is resumed",
    async (_, kept) => {
      const whole = memory({ resumable: true }).store;
      const expected = lasting(await teamCalled(name, whole, () => {}).run(TASK, RUN));
      for (let at = 1; ; at++) {
        const store = memory({ resumable: true }).store;
        const asked: string[] = [];
        const pay = ({ callId }: { callId: string }): void => void asked.push(callId);
        const failing = teamCalled(name, failingOnce(store, at, kept), pay);
        const failure = await failing.run(TASK, RUN).catch((error: unknown) => error);
        if (!(failure instanceof Error)) {
          expect(at).toBeGreaterThan(10);
          expect(lasting(failure as never)).toEqual(expected);
          return;
        }
        expect(failure).toMatchObject({
          code: "STORE_FAILED",
          cause: { message: "the disk has gone" },
        });
        const ended = endedCalls(store.read("run"));
        asked.length = 0;
        const again = teamCalled(name, store, pay);
        if (store.read("run").length === 0) continue;
        expect(lasting(await again.resume("run")), `append ${at}`).toEqual(expected);
        expect(asked.filter((callId) => ended.has(callId))).toEqual([]);
        expect(faultsOf(store.read("run"))).toEqual([]);
      }
    },
  );
});

describe("a run whose store fails before its deadline", () => {
  it.each(["queued, joined", "joined, queued"])(
    "is rejected because its store failed, not because the time is over, whatever its calls wait for: %s",
    async (order) => {
      const clock = virtualClock();
      const { store } = memory({ resumable: true, clock });
      let fails = false;
      const backend = {
        store: {
          ...store,
          append(...given: Parameters<typeof store.append>) {
            if (fails) throw new Error("no disk");
            return store.append(...given);
          },
        },
      };
      const wait = (): Promise<string> =>
        new Promise((resolve) => clock.timer(5_000, () => resolve("ship")));
      const limiters = { one: { concurrency: 1 } };
      const common = { limiters, backend, clock };
      const holder = agent({ name: "holder", limiters: ["one"], run: wait });
      void supervisor({ name: "holder", agents: { holder }, ...common })
        .run(null)
        .catch(() => {});
      const queued = agent({ name: "queued", limiters: ["one"], run: () => "ship" });
      const joined = agent({ name: "joined", version: "1", cache: true, run: wait });
      const agents = order === "queued, joined" ? { queued, joined } : { joined, queued };
      const team = supervisor({ name: "team", agents, ...common });
      void team.run(null).catch(() => {});
      await clock.advance(1);
      const ends = rejection(team.run(null, { runId: "r", deadlineMs: 100 }));
      await clock.advance(50);
      fails = true;
      await clock.advance(20_000);
      expect(await ends).toMatchObject({ code: "STORE_FAILED" });
    },
  );
});
