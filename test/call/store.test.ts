import { describe, expect, it } from "vitest";
import { agent, memory, supervisor, type LiveEvent, type RunEvent } from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";
import { scripted, virtualClock } from "../../src/testing/index.ts";
import { rejection } from "../team/rejection.ts";

type Append = Store["append"];

/** A memory store whose appends go through `around`. */
function storeWith(
  around: (keep: () => void, events: readonly RunEvent[]) => ReturnType<Append>,
): Store {
  const kept = memory().store;
  return { ...kept, append: (events, fence) => around(() => kept.append(events, fence), events) };
}

const fullDisk = new Error("disk full");

const ways: readonly (readonly [string, () => ReturnType<Append>])[] = [
  [
    "throws",
    () => {
      throw fullDisk;
    },
  ],
  ["rejects", () => Promise.reject(fullDisk)],
  [
    "rejects late",
    async () => {
      await new Promise(setImmediate);
      throw fullDisk;
    },
  ],
];

const moments: readonly RunEvent["type"][] = [
  "run.started",
  "call.started",
  "call.retried",
  "call.succeeded",
  "call.failed",
  "call.skipped",
  "conflict.found",
  "verdict.reached",
  "run.finished",
];

describe("a store that fails", () => {
  for (const moment of moments) {
    it.each(ways)(
      `at ${moment} and %s ends the run with STORE_FAILED, and shows nothing it did not keep`,
      async (_, fail) => {
        const clock = virtualClock();
        // A full disk stays full.
        let full = false;
        const store = storeWith((keep, events) => {
          full ||= events.some(({ type }) => type === moment);
          return full ? fail() : keep();
        });
        const a = scripted("a", [
          { error: { retryable: true } },
          { output: { recommendation: "ship" } },
        ]);
        const b = scripted("b", [{ output: { recommendation: "hold" } }]);
        const c = scripted("c", [{ error: new Error("no") }]);
        const d = scripted("d", [], { needs: { c } });
        const stream = supervisor({
          name: "team",
          agents: { a, b, c, d },
          backend: { store },
          clock,
        }).stream("task");
        const seen: LiveEvent[] = [];
        const reading = (async () => {
          for await (const event of stream) seen.push(event);
        })();
        const rejected = rejection(reading);
        await clock.advance(60_000);
        expect(await rejected).toMatchObject({ code: "STORE_FAILED", cause: fullDisk });
        await expect(stream.outcome).rejects.toMatchObject({ code: "STORE_FAILED" });
        expect(seen).toEqual((await store.read(stream.runId)).slice(0, seen.length));
        expect(seen.some(({ type }) => type === moment || type === "run.finished")).toBe(false);
        expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
      },
    );
  }

  it("stops the agents that work, and asks no more", async () => {
    const clock = virtualClock();
    const store = storeWith((keep, events) =>
      events.some((event) => event.type === "call.succeeded") ? Promise.reject(fullDisk) : keep(),
    );
    const quick = scripted("quick", [{ output: 1 }]);
    const slow = scripted("slow", [{ hangs: true }]);
    const after = scripted("after", [], { needs: { quick } });
    const team = supervisor({
      name: "team",
      agents: { quick, slow, after },
      backend: { store },
      clock,
    });
    await expect(team.run("task")).rejects.toMatchObject({ code: "STORE_FAILED" });
    expect(slow.calls[0]?.aborted).toBe(true);
    after.assertComplete();
  });

  it.each(["run.started", "call.started", "call.succeeded"])(
    "at %s gives back the slots: the next run works",
    async (moment) => {
      let fails = true;
      const store = storeWith((keep, events) =>
        fails && events.some(({ type }) => type === moment) ? Promise.reject(fullDisk) : keep(),
      );
      const a = agent({ name: "a", run: async () => 1 });
      const team = supervisor({ name: "team", agents: { a }, backend: { store }, concurrency: 1 });
      for (let n = 0; n < 3; n++) await rejection(team.run(n));
      fails = false;
      expect((await team.run("task")).status).toBe("complete");
    },
  );

  it("with an event that nobody waits for fails the run all the same, also when it keeps what follows", async () => {
    const store = storeWith(async (_, events) => {
      if (!events.some(({ type }) => type === "verdict.reached")) return;
      for (let n = 0; n < 5; n++) await new Promise(setImmediate);
      throw fullDisk;
    });
    const a = scripted("a", [{ output: { recommendation: "ship" } }]);
    const team = supervisor({ name: "team", agents: { a }, backend: { store } });
    await expect(team.run("task")).rejects.toMatchObject({ code: "STORE_FAILED" });
  });
});

describe("a store of promises", () => {
  it("knows that a call has started before its agent is asked, and that it ended before the next one is", async () => {
    const told: string[] = [];
    const store = storeWith(async (keep, events) => {
      await new Promise(setImmediate);
      keep();
      for (const event of events) if ("agent" in event) told.push(`${event.type} ${event.agent}`);
    });
    const a = agent({
      name: "a",
      run: async () => {
        told.push("a is asked");
        return 1;
      },
    });
    const b = agent({
      name: "b",
      needs: { a },
      run: async () => {
        told.push("b is asked");
        return 1;
      },
    });
    await supervisor({ name: "team", agents: { a, b }, backend: { store } }).run("task");
    expect(told).toEqual([
      "call.started a",
      "a is asked",
      "call.succeeded a",
      "call.started b",
      "b is asked",
      "call.succeeded b",
    ]);
  });

  it("that answers out of order is shown in order, and waited for as a whole", async () => {
    const waiting: (() => void)[] = [];
    const store = storeWith((keep) => {
      keep();
      return new Promise<void>((resolve) => waiting.push(resolve));
    });
    const a = scripted("a", [{ output: { recommendation: "ship" } }]);
    const b = scripted("b", [{ output: { recommendation: "hold" } }]);
    const stream = supervisor({ name: "team", agents: { a, b }, backend: { store } }).stream(
      "task",
    );
    const seqs: number[] = [];
    const reading = (async () => {
      for await (const event of stream) if (event.type !== "call.progress") seqs.push(event.seq);
    })();
    let done = false;
    void stream.outcome.finally(() => {
      done = true;
    });
    for (let n = 0; n < 200 && !done; n++) {
      await new Promise(setImmediate);
      // The youngest first.
      waiting.pop()?.();
    }
    await reading;
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    expect((await stream.outcome).status).toBe("complete");
  });

  it("holds nobody's slot for ever when the run is cancelled while it is slow", async () => {
    let release = (): void => {};
    const store = storeWith((keep, events) => {
      keep();
      if (events[0]?.type !== "call.started" || events[0].runId !== "slow") return undefined;
      return new Promise<void>((resolve) => {
        release = resolve;
      });
    });
    const a = scripted("a", [{ output: 1 }]);
    const team = supervisor({ name: "team", agents: { a }, backend: { store }, concurrency: 1 });
    const controller = new AbortController();
    const slow = team.run("task", { runId: "slow", signal: controller.signal });
    await new Promise(setImmediate);
    controller.abort("enough");
    release();
    await expect(slow).rejects.toBe("enough");
    expect((await team.run("task")).status).toBe("complete");
    expect(a.calls).toHaveLength(1);
  });
});

describe("a run id", () => {
  it("of the caller's own names the run", async () => {
    const a = scripted("a", [{ output: 1 }]);
    const team = supervisor({ name: "team", agents: { a } });
    expect((await team.run("task", { runId: "release 7/2" })).runId).toBe("release 7/2");
    expect(await team.backend.store.read("release 7/2")).toHaveLength(6);
  });

  it("is another each time where nothing is said", async () => {
    const a = agent({ name: "a", run: async () => 1 });
    const team = supervisor({ name: "team", agents: { a } });
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => team.run("task")));
    expect(new Set(outcomes.map(({ runId }) => runId)).size).toBe(100);
  });

  it.each([
    "",
    "x".repeat(201),
    "a\nb",
    7,
    null,
    "half \ud83d",
    "\udc00",
    "evil\u202egpj",
    "\u200erun",
    "\u2066run\u2069",
    "\u061crun",
    "ru\u200bn",
    "ru\u2800n",
    "ru\u00adn",
    "run\ufe0f",
    "run\u{e0041}",
    "run ",
    " run",
    "a\u2028b",
    "run\u00a01",
    "run\u20031",
    "run\u30001",
    "run  1",
    "cafe\u0301",
    "\u212a",
    "a\u{1d159}b",
    "a\ue000b",
    "a\ufdd0b",
    "\u0301abc",
    "-",
    "--all",
    "latest",
    "Latest",
  ])(
    "of %j is refused for a run and for a fork, since it would pass for another one",
    async (runId) => {
      const a = agent({ name: "a", run: () => 1 });
      const store = memory({ resumable: true }).store;
      const team = supervisor({ name: "team", agents: { a }, backend: { store } });
      const refused = {
        code: "BAD_OPTIONS",
        message: expect.stringMatching(/^runId .*; use 1 to 200/) as string,
      };
      await expect(team.run("task", { runId: runId as string })).rejects.toMatchObject(refused);
      await team.run("task", { runId: "first" });
      await expect(team.fork("first", { runId: runId as string })).rejects.toMatchObject(refused);
      expect(await store.runs()).toHaveLength(1);
    },
  );

  it.each(["release 7/2", "größe 漢字 🙂", "latest-1", "café", "a-"])(
    "may be %j",
    async (runId) => {
      const team = supervisor({ name: "team", agents: { a: agent({ name: "a", run: () => 1 }) } });
      expect(await team.run("task", { runId })).toMatchObject({ runId, status: "complete" });
    },
  );
});
