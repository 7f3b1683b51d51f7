import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { agent, memory, supervisor, type LiveEvent, type ThrownByAgent } from "../../src/index.ts";

const types = (events: readonly LiveEvent[]): readonly string[] => events.map(({ type }) => type);

const said = agent({
  name: "said",
  run: (_task: string, { emit }) => {
    emit("half");
    return "ship";
  },
});

describe("onEvent", () => {
  it("hears of every event of a run once, after it is kept, and of progress", async () => {
    const store = memory().store;
    const heard: LiveEvent[] = [];
    const kept: boolean[] = [];
    const team = supervisor({
      name: "team",
      agents: { said },
      backend: {
        store: {
          ...store,
          append: (events, fence) => {
            kept.push(heard.length === 0 || events.every((event) => !heard.includes(event)));
            return store.append(events, fence);
          },
        },
      },
      onEvent: (event) => heard.push(event),
    });
    const { runId } = await team.run("x");
    const log = await store.read(runId);
    expect(heard.filter(({ type }) => type !== "call.progress")).toEqual(log);
    expect(types(heard)).toContain("call.progress");
    expect(kept.every(Boolean)).toBe(true);
  });

  it("hears only of what a resumed run adds to its log", async () => {
    const store = memory({ resumable: true }).store;
    const asked = new AbortController();
    const slow = agent({
      name: "slow",
      run: async (_task: string, { signal }) => {
        asked.abort();
        await once(signal, "abort");
      },
    });
    const stopped = supervisor({
      name: "team",
      agents: { said, slow },
      backend: { store },
      graceMs: 0,
    });
    await expect(stopped.run("x", { runId: "r", signal: asked.signal })).rejects.toThrow("abort");
    const before = (await store.read("r")).length;
    const heard: LiveEvent[] = [];
    const quick = agent({ name: "slow", run: (_task: string) => "ship" });
    const again = supervisor({
      name: "team",
      agents: { said, slow: quick },
      backend: { store },
      onEvent: (event) => heard.push(event),
    });
    await again.resume("r");
    const log = await store.read("r");
    expect(heard.filter(({ type }) => type !== "call.progress")).toEqual(log.slice(before));
  });

  it("does not harm a run by what it throws or rejects with, and warns of it once", async () => {
    const warnings: string[] = [];
    const warned = (warning: Error): void => {
      if (warning.name === "QuorateWarning") warnings.push(warning.message);
    };
    process.on("warning", warned);
    try {
      const throwing = supervisor({
        name: "throwing",
        agents: { said },
        onEvent: () => {
          throw new Error("no disk");
        },
      });
      const rejecting = supervisor({
        name: "rejecting",
        agents: { said },
        onEvent: async () => {
          throw new Error("no network");
        },
      });
      expect((await throwing.run("x")).status).toBe("complete");
      expect((await rejecting.run("x")).status).toBe("complete");
      await new Promise(setImmediate);
    } finally {
      process.off("warning", warned);
    }
    expect(warnings).toEqual([
      expect.stringContaining('supervisor "throwing": onEvent failed with no disk'),
      expect.stringContaining('supervisor "rejecting": onEvent failed with no network'),
    ]);
  });

  it("is called in the asynchronous context of the caller, as agents are", async () => {
    const context = new AsyncLocalStorage<string>();
    const seen = new Set<string | undefined>();
    const team = supervisor({
      name: "team",
      agents: {
        asks: agent({
          name: "asks",
          run: async (_task: string) => {
            await new Promise(setImmediate);
            return context.getStore() ?? "none";
          },
        }),
      },
      onEvent: () => seen.add(context.getStore()),
    });
    const outcome = await context.run("request 7", () => team.run("x"));
    expect(outcome.results.asks).toMatchObject({ status: "ok", output: "request 7" });
    expect([...seen]).toEqual(["request 7"]);
  });

  it("is not called for a nested supervisor, whose events are those of its root", async () => {
    const inner: LiveEvent[] = [];
    const outer: LiveEvent[] = [];
    const nested = supervisor({
      name: "nested",
      agents: { said },
      onEvent: (event) => inner.push(event),
    });
    const root = supervisor({
      name: "root",
      agents: { nested },
      onEvent: (event) => outer.push(event),
    });
    await root.run("x");
    expect(inner).toEqual([]);
    expect(types(outer)).toContain("call.succeeded");
  });

  it("is refused where it is no function", () => {
    expect(() =>
      // @ts-expect-error a listener is a function
      supervisor({ name: "team", agents: { said }, onEvent: "console" }),
    ).toThrow('supervisor "team": onEvent is "console"; use (event) => …');
  });
});

describe("the channel quorate:event", () => {
  it("has the events of all runs of the process for who has subscribed", async () => {
    const heard: LiveEvent[] = [];
    const hear = (message: unknown): void => {
      heard.push(message as LiveEvent);
    };
    subscribe("quorate:event", hear);
    try {
      await supervisor({ name: "one", agents: { said } }).run("x", { runId: "first" });
      await supervisor({ name: "two", agents: { said } }).run("x", { runId: "second" });
    } finally {
      unsubscribe("quorate:event", hear);
    }
    const runs = new Set(heard.map(({ runId }) => runId));
    expect([...runs]).toEqual(["first", "second"]);
    expect(heard.filter(({ type }) => type === "run.finished")).toHaveLength(2);
  });
});

describe("the channel quorate:thrown", () => {
  it("has what each attempt threw, as it is, with its stack; the log and the outcome have none of what is redacted", async () => {
    const heard: ThrownByAgent[] = [];
    const hear = (message: unknown): void => {
      heard.push(message as ThrownByAgent);
    };
    function whereItBreaks(): never {
      throw new Error("no access with sk-12345678");
    }
    const breaks = agent({
      name: "breaks",
      backoff: { baseMs: 0 },
      run: (_task: { key: string }) => whereItBreaks(),
    });
    const store = memory({ resumable: true }).store;
    const team = supervisor({
      name: "team",
      agents: { breaks },
      redact: ["key"],
      backend: { store },
    });
    subscribe("quorate:thrown", hear);
    let outcome: unknown;
    try {
      outcome = await team.run({ key: "sk-12345678" }, { runId: "r" });
    } finally {
      unsubscribe("quorate:thrown", hear);
    }
    const of = { runId: "r", callId: "breaks", agent: "breaks", thrown: expect.any(Error) };
    expect(heard).toEqual([
      { ...of, attempt: 1 },
      { ...of, attempt: 2 },
    ]);
    const [stack] = heard.map(({ thrown }) => (thrown instanceof Error ? thrown.stack : undefined));
    expect(stack).toMatch(/no access with sk-12345678[^]*whereItBreaks/);
    const kept = JSON.stringify([store.read("r"), outcome]);
    expect(kept).toContain("no access with");
    expect(kept).not.toMatch(/sk-12345678|whereItBreaks/);
  });
});
