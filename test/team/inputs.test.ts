import { describe, expect, it } from "vitest";
import { z } from "zod";
import { agent, memory, supervisor, type UpstreamResult } from "../../src/index.ts";
import { scripted } from "../../src/testing/index.ts";

/** An agent with a schema for its task, that tells what it was asked. */
function asked<const Name extends string, Input, Task>(name: Name, input: z.ZodType<Task, Input>) {
  const tasks: Task[] = [];
  const made = agent({
    name,
    input,
    run: async (task: Task) => {
      tasks.push(task);
      return { recommendation: name };
    },
  });
  return { made, tasks };
}

describe("a task", () => {
  it("is given to an agent as its schema makes it", async () => {
    const parsed = asked(
      "parsed",
      z.object({ n: z.string().transform(Number), extra: z.string().default("none") }),
    );
    const later = asked("later", z.object({ n: z.string().refine(async () => true) }));
    const plain = scripted("plain", [{ output: 1 }]);
    const team = supervisor({
      name: "team",
      agents: { parsed: parsed.made, later: later.made, plain },
    });
    const { runId, status } = await team.run({ n: "7" });
    expect(status).toBe("complete");
    expect(parsed.tasks).toEqual([{ n: 7, extra: "none" }]);
    expect(later.tasks).toEqual([{ n: "7" }]);
    expect(plain.calls[0]?.task).toEqual({ n: "7" });
    expect((await team.backend.store.read(runId))[0]).toMatchObject({
      type: "run.started",
      input: { n: "7" },
    });
  });

  it("is checked once by a schema, however many agents share it", async () => {
    let checks = 0;
    const shared = z.string().transform((text) => {
      checks++;
      return text.length;
    });
    const [a, b] = [asked("a", shared), asked("b", shared)];
    await supervisor({ name: "team", agents: { a: a.made, b: b.made } }).run("four");
    expect([checks, a.tasks, b.tasks]).toEqual([1, [4], [4]]);
  });

  const fails = z.object({ n: z.number() });
  const throws = z.string().transform(() => {
    throw new Error("boo");
  });
  const failsLater = z.object({ n: z.number() }).refine(async () => false, "not today");
  it.each<[string, z.ZodType<unknown, never>, unknown, string]>([
    ["fails its schema", fails as never, { n: "x" }, "n: "],
    ["fails its schema later", failsLater as never, { n: 1 }, "not today"],
    ["makes its schema throw", throws as never, "text", "boo"],
    [
      "is no longer JSON after its schema",
      z.string().transform(() => new Date()) as never,
      "text",
      "Date",
    ],
  ])(
    "that %s is INPUT_INVALID before anything runs, and nothing is logged",
    async (_, schema, task, says) => {
      const picky = asked("picky", schema);
      const fine = scripted("fine", []);
      const store = memory().store;
      const team = supervisor({
        name: "team",
        agents: { fine, picky: picky.made } as never,
        backend: { store },
      });
      await expect(team.run(task as never)).rejects.toMatchObject({
        code: "INPUT_INVALID",
        message: expect.stringMatching(new RegExp(`picky.*${says}`)),
      });
      expect(store.runs()).toEqual([]);
      fine.assertComplete();
      expect(picky.tasks).toEqual([]);
    },
  );

  it("is not checked for agents that the route leaves out", async () => {
    const picky = asked("picky", fails);
    const fine = scripted("fine", [{ output: 1 }]);
    const team = supervisor({ name: "team", agents: { fine, picky: picky.made } });
    expect((await team.run("text" as never, { route: ["fine"] })).status).toBe("complete");
  });

  it.each([
    ["a function", () => 1],
    ["NaN", Number.NaN],
    ["a Date", { at: new Date() }],
    ["a cycle", ((o: Record<string, unknown>) => Object.assign(o, { o }))({})],
    ["a promise", Promise.resolve(1)],
    ["more than 4 MiB", "x".repeat(4 * 1024 * 1024)],
  ])("that is %s is refused, and nothing is logged", async (_, task) => {
    const a = scripted("a", []);
    const team = supervisor({ name: "team", agents: { a } });
    await expect(team.run(task)).rejects.toMatchObject({
      code: "INPUT_INVALID",
      message: expect.stringContaining('supervisor "team"'),
    });
    expect(await team.backend.store.runs()).toEqual([]);
    a.assertComplete();
  });

  it("may be as large as maxBytes says, and may be nothing", async () => {
    const a = scripted("a", [{ output: 1 }, { output: 2 }]);
    const team = supervisor({ name: "team", agents: { a }, maxBytes: 100 });
    await expect(team.run("x".repeat(200))).rejects.toMatchObject({ code: "INPUT_INVALID" });
    expect((await team.run("x".repeat(90))).status).toBe("complete");
    expect((await team.run(undefined)).status).toBe("complete");
    expect(a.calls[1]?.task).toBeUndefined();
  });
});

describe("an input map", () => {
  it("makes an agent's input of the task and of what it sees", async () => {
    const a = scripted("a", [{ output: 20 }]);
    const b = asked("b", z.number());
    const needing = agent({
      name: "needing",
      needs: { a },
      run: (task: { sum: number }) => task.sum,
    });
    const team = supervisor({
      name: "team",
      agents: { a, b: b.made, needing },
      inputs: {
        b: (task: { n: number }) => task.n + 1,
        needing: (task: unknown, results: Readonly<Record<string, UpstreamResult | undefined>>) => {
          const seen = results["a"];
          return {
            sum: (task as { n: number }).n + (seen?.status === "ok" ? Number(seen.output) : 0),
          };
        },
      },
    } as never);
    const { results } = (await team.run({ n: 1 } as never)) as { results: Record<string, unknown> };
    expect(b.tasks).toEqual([2]);
    expect(results["needing"]).toMatchObject({ output: 21 });
    expect(a.calls[0]?.task).toEqual({ n: 1 });
  });

  it.each<[string, () => unknown]>([
    [
      "throws",
      () => {
        throw new Error("boo");
      },
    ],
    ["makes what is not JSON", () => new Map()],
    ["makes what fails the schema", () => "text"],
    ["makes a promise", async () => 1],
    ["makes too much", () => "x".repeat(5_000_000)],
  ])("that %s fails its agent, which is not asked, and only it", async (_, map) => {
    const picky = asked("picky", z.number());
    const fine = scripted("fine", [{ output: 1 }]);
    const team = supervisor({
      name: "team",
      agents: { picky: picky.made, fine },
      inputs: { picky: map },
    } as never);
    expect(await team.run("task" as never)).toMatchObject({
      status: "partial",
      results: {
        picky: { status: "failed", attempts: 0, error: { code: "INPUT_INVALID" } },
        fine: { status: "ok" },
      },
    });
    expect(picky.tasks).toEqual([]);
  });

  it("is made once for a nested team, which is kept in a log and asked again", async () => {
    let made = 0;
    const inner = supervisor({
      name: "inner",
      agents: { flaky: scripted("flaky", [{ error: new Error("no") }, { output: 1 }]) },
      asWorker: { retries: 1 },
      retries: 0,
      backoff: { baseMs: 0 },
    });
    const team = supervisor({
      name: "team",
      agents: { inner },
      inputs: {
        inner: (task) => {
          made++;
          return `${String(task)}!`;
        },
      },
      backend: memory({ resumable: true }),
    });
    const outcome = await team.run("task");
    expect(outcome.results.inner).toMatchObject({ status: "ok", attempts: 2 });
    expect(made).toBe(1);
  });
});
