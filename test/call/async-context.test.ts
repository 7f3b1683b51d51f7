import { AsyncLocalStorage } from "node:async_hooks";
import { describe, expect, it } from "vitest";
import { agent, supervisor, unanimous, vote, type Resolver } from "../../src/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { rejection } from "../team/rejection.ts";

const request = new AsyncLocalStorage<string>();

/** An agent that waits until it is told to stop, and notes in whose context its listener ran. */
function listening(seen: (string | undefined)[], options: object = {}) {
  return agent({
    name: "a",
    retries: 0,
    timeoutMs: 100,
    ...options,
    run: (_task: string, { signal }) =>
      new Promise<never>((_, reject) => {
        signal.addEventListener("abort", () => {
          seen.push(request.getStore());
          reject(signal.reason);
        });
      }),
  });
}

describe("a listener on an agent's signal", () => {
  it("runs in the context of the run's caller when attempts of several callers time out together", async () => {
    const clock = virtualClock();
    const seen: (string | undefined)[] = [];
    const team = supervisor({ name: "team", agents: { a: listening(seen) }, clock });
    const running = ["one", "two", "three"].map((who) => request.run(who, () => team.run("task")));
    await clock.advance(100);
    await Promise.all(running);
    expect(seen).toEqual(["one", "two", "three"]);
  });

  it("runs in the context of the run's caller when somebody else cancels the run", async () => {
    const seen: (string | undefined)[] = [];
    const a = listening(seen, { timeoutMs: 30_000 });
    const team = supervisor({ name: "team", agents: { a } });
    const cancelling = new AbortController();
    const { signal } = cancelling;
    const running = request.run("caller", () => rejection(team.run("task", { signal })));
    await new Promise(setImmediate);
    request.run("somebody else", () => cancelling.abort(new Error("enough")));
    expect(await running).toMatchObject({ message: "enough" });
    expect(seen).toEqual(["caller"]);
  });

  it("runs in a caller's context where the calls of several runs are one batch", async () => {
    const clock = virtualClock();
    const seen: (string | undefined)[] = [];
    const batch = {
      run: (_tasks: readonly string[], { signal }: { readonly signal: AbortSignal }) =>
        new Promise<never>((_, reject) => {
          signal.addEventListener("abort", () => {
            seen.push(request.getStore());
            reject(signal.reason);
          });
        }),
    };
    const team = supervisor({ name: "team", agents: { a: listening(seen, { batch }) }, clock });
    const running = ["one", "two"].map((who) => request.run(who, () => team.run("task")));
    await clock.advance(100);
    await Promise.all(running);
    expect(["one", "two"]).toContain(seen[0]);
    expect(seen).toHaveLength(1);
  });

  it("runs in the context of the run's caller where a resolver of the caller's own listens", async () => {
    const seen: (string | undefined)[] = [];
    const says = (name: string, recommendation: string) =>
      agent({ name, run: (_task: string) => ({ recommendation }) });
    const asked = Promise.withResolvers<void>();
    const own: Resolver = {
      name: "own",
      settle: (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener("abort", () => {
            seen.push(request.getStore());
            reject(signal.reason as Error);
          });
          asked.resolve();
        }),
    };
    const team = supervisor({
      name: "team",
      agents: { a: says("a", "ship"), b: says("b", "hold") } as never,
      resolve: [unanimous(), vote(), own],
    });
    const cancelling = new AbortController();
    const { signal } = cancelling;
    const running = request.run("caller", () => rejection(team.run("task" as never, { signal })));
    await asked.promise;
    request.run("somebody else", () => cancelling.abort(new Error("enough")));
    await running;
    expect(seen).toEqual(["caller"]);
  });
});

describe("what an agent is handed", () => {
  it("is a list of tasks that it cannot change, where its calls are one batch", async () => {
    const frozen: boolean[] = [];
    const a = agent({
      name: "a",
      run: (task: number) => task,
      batch: {
        run: (tasks: readonly number[]) => {
          frozen.push(Object.isFrozen(tasks));
          return tasks;
        },
      },
    });
    const team = supervisor({ name: "team", agents: { a } });
    await Promise.all([team.run(1), team.run(2)]);
    expect(frozen).toEqual([true]);
  });
});
