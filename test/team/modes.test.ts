import { describe, expect, it } from "vitest";
import { agent, supervisor, type Agent } from "../../src/index.ts";
import { scripted, virtualClock } from "../../src/testing/index.ts";
import { makeGraph } from "../../src/team/graph.ts";

const failing = { error: Object.assign(new Error("no"), { retryable: false }) };

describe("in parallel", () => {
  it("asks all at once", async () => {
    const clock = virtualClock();
    let inFlight = 0;
    let most = 0;
    const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    const agents = names.map((name) =>
      agent({
        name,
        run: async () => {
          most = Math.max(most, ++inFlight);
          await new Promise<void>((resolve) => clock.timer(100, resolve));
          inFlight--;
          return name;
        },
      }),
    );
    const team = supervisor({
      name: "team",
      agents: Object.fromEntries(agents.map((one) => [one.name, one])) as Record<
        string,
        Agent<string, unknown, string>
      >,
      clock,
    });
    const running = team.run("task");
    await clock.advance(100);
    const { results } = await running;
    expect(most).toBe(8);
    expect(clock.monotonic()).toBe(100);
    expect(Object.values(results).map((result) => result.status === "ok" && result.output)).toEqual(
      names,
    );
  });

  it("keeps every result in a record, whatever the others do", async () => {
    const a = scripted("a", [{ output: { n: 1 } }]);
    const b = scripted("b", [failing]);
    const c = scripted("c", [{ output: "text" }]);
    const outcome = await supervisor({ name: "team", agents: { a, b, c } }).run("task");
    expect(outcome).toMatchObject({
      status: "partial",
      results: {
        a: { status: "ok", output: { n: 1 }, attempts: 1 },
        b: {
          status: "failed",
          error: { code: "AGENT_FAILED", message: "b failed: no", cause: failing.error },
        },
        c: { status: "ok", output: "text" },
      },
      missing: [{ agent: "b", why: "failed", detail: "b failed: no" }],
      bill: { calls: 3, attempts: 3 },
    });
    for (const one of [a, b, c]) one.assertComplete();
  });

  it("starts what is ready and holds back nobody for one it does not need", async () => {
    const clock = virtualClock();
    const slow = scripted("slow", [{ output: 1, afterMs: 1_000 }], { clock });
    const quick = scripted("quick", [{ output: 2, afterMs: 10 }], { clock });
    const afterQuick = scripted("afterQuick", [{ output: 3 }], { needs: { quick } });
    const afterBoth = scripted("afterBoth", [{ output: 4 }], { needs: { slow, quick } });
    const running = supervisor({
      name: "team",
      // In the worst order: needs may stand behind those that need them.
      agents: { afterBoth, afterQuick, slow, quick },
      clock,
    }).run("task");
    await clock.advance(10);
    expect([afterQuick.calls.length, afterBoth.calls.length]).toEqual([1, 0]);
    await clock.advance(989);
    expect(afterBoth.calls).toHaveLength(0);
    await clock.advance(1);
    expect((await running).status).toBe("complete");
    expect(afterBoth.calls[0]?.results).toEqual({
      slow: { status: "ok", output: 1 },
      quick: { status: "ok", output: 2 },
    });
    expect(afterQuick.calls[0]?.results).toEqual({ quick: { status: "ok", output: 2 } });
    expect(slow.calls[0]?.results).toEqual({});
  });

  it("skips what needs a failed agent, what needs that, and only those", async () => {
    const broken = scripted("broken", [failing]);
    const fine = scripted("fine", [{ output: 1 }]);
    const child = scripted("child", [], { needs: { broken, fine } });
    const grandchild = scripted("grandchild", [], { needs: { child } });
    const other = scripted("other", [{ output: 2 }], { needs: { fine } });
    const team = supervisor({ name: "team", agents: { broken, fine, child, grandchild, other } });
    const outcome = await team.run("task");
    expect(outcome).toMatchObject({
      status: "partial",
      results: {
        fine: { status: "ok" },
        other: { status: "ok" },
        child: {
          status: "skipped",
          reason: "need-failed",
          detail: "it needs broken, which did not answer",
        },
        grandchild: {
          status: "skipped",
          reason: "need-failed",
          detail: "it needs child, which did not answer",
        },
      },
      missing: [
        { agent: "broken" },
        { agent: "child", why: "skipped" },
        { agent: "grandchild", why: "skipped" },
      ],
    });
    for (const one of [broken, fine, child, grandchild, other]) one.assertComplete();
  });
});

describe("in parallel, a required agent that fails", () => {
  it("keeps nobody from being asked who does not need it", async () => {
    const clock = virtualClock();
    const required = scripted("required", [failing]);
    const slow = scripted("slow", [{ output: 1, afterMs: 100 }], { clock });
    const later = scripted("later", [{ output: 2 }], { needs: { slow } });
    const team = supervisor({
      name: "team",
      agents: { required, slow, later },
      required: ["required"],
      clock,
    });
    const running = team.run("task");
    await clock.advance(100);
    expect(await running).toMatchObject({ status: "failed", results: { later: { status: "ok" } } });
    later.assertComplete();
  });
});

describe("in sequence", () => {
  it("asks one after another, and each sees the results before it", async () => {
    const clock = virtualClock();
    const a = scripted("a", [{ output: 1, afterMs: 10 }], { clock });
    const b = scripted("b", [failing]);
    const c = scripted("c", [{ output: 3, afterMs: 10 }], { clock });
    const d = scripted("d", [], { needs: { b } });
    const e = scripted("e", [{ output: 5 }]);
    const running = supervisor({
      name: "team",
      agents: { a, b, c, d, e },
      mode: "sequence",
      clock,
    }).run("task");
    await clock.advance(9);
    expect([a, b, c].map(({ calls }) => calls.length)).toEqual([1, 0, 0]);
    await clock.advance(100);
    // A failure does not stop the rest.
    expect((await running).status).toBe("partial");
    expect(b.calls[0]?.results).toEqual({ a: { status: "ok", output: 1 } });
    expect(c.calls[0]?.results).toEqual({
      a: { status: "ok", output: 1 },
      b: { status: "failed", detail: "b failed: no" },
    });
    expect(e.calls[0]?.results).toEqual({
      a: { status: "ok", output: 1 },
      b: { status: "failed", detail: "b failed: no" },
      c: { status: "ok", output: 3 },
      d: { status: "skipped", detail: "it needs b, which did not answer" },
    });
  });

  it("asks nobody after a required agent failed", async () => {
    const a = scripted("a", [{ output: 1 }]);
    const b = scripted("b", [failing]);
    const c = scripted("c", []);
    const team = supervisor({
      name: "team",
      agents: { a, b, c },
      mode: "sequence",
      required: ["b"],
    });
    const outcome = await team.run("task");
    expect(outcome).toMatchObject({
      status: "failed",
      results: {
        a: { status: "ok" },
        c: {
          status: "skipped",
          reason: "required-failed",
          detail: "b is required and did not answer",
        },
      },
      missing: [{ agent: "b" }, { agent: "c", why: "skipped" }],
    });
    c.assertComplete();
  });

  it("asks nobody after a required agent was skipped", async () => {
    const a = scripted("a", [failing]);
    const b = scripted("b", [], { needs: { a } });
    const c = scripted("c", [{ output: 3 }]);
    const team = supervisor({
      name: "team",
      agents: { a, b, c },
      mode: "sequence",
      required: ["b"],
    });
    expect(await team.run("task")).toMatchObject({
      status: "failed",
      results: { c: { status: "skipped" } },
    });
  });

  it("may be asked for by a run, unless needs forbid it", async () => {
    const a = scripted("a", [{ output: 1 }, { output: 1 }]);
    const b = scripted("b", [{ output: 2 }, { output: 2 }]);
    const team = supervisor({ name: "team", agents: { a, b } });
    await team.run("task", { mode: "sequence" });
    expect(b.calls[0]?.results).toEqual({ a: { status: "ok", output: 1 } });
    await team.run("task");
    expect(b.calls[1]?.results).toEqual({});

    const needing = scripted("needing", [], { needs: { a } });
    const backwards = supervisor({ name: "team", agents: { needing, a } });
    await expect(backwards.run("task", { mode: "sequence" })).rejects.toMatchObject({
      code: "BAD_OPTIONS",
    });
    await expect(team.run("task", { mode: "zigzag" as never })).rejects.toMatchObject({
      code: "BAD_OPTIONS",
    });
  });
});

describe("a run is", () => {
  const ok = (name: string) => scripted(name, [{ output: name }]);
  const bad = (name: string) => scripted(name, [failing]);
  type Team = Parameters<typeof supervisor>[0];
  const statusOf = async (options: object): Promise<string> => {
    const outcome = await supervisor({ name: "team", ...options } as Team).run("task" as never);
    return outcome.status;
  };

  it("complete when all answered", async () => {
    expect(await statusOf({ agents: { a: ok("a"), b: ok("b") } })).toBe("complete");
  });

  it("partial when some did not", async () => {
    expect(await statusOf({ agents: { a: ok("a"), b: bad("b") } })).toBe("partial");
    expect(await statusOf({ agents: { a: ok("a"), b: bad("b") }, required: ["a"] })).toBe(
      "partial",
    );
  });

  it("failed when a required agent did not, and the others are asked all the same", async () => {
    const a = ok("a");
    expect(await statusOf({ agents: { b: bad("b"), a }, required: ["b"] })).toBe("failed");
    a.assertComplete();
  });

  it("failed when nobody answered", async () => {
    expect(await statusOf({ agents: { a: bad("a"), b: bad("b") } })).toBe("failed");
    expect(await statusOf({ agents: { a: bad("a"), b: bad("b") }, minAnswers: 0 })).toBe("partial");
  });

  it("failed when fewer than minAnswers answered", async () => {
    const agents = () => ({ a: ok("a"), b: ok("b"), c: bad("c") });
    expect(await statusOf({ agents: agents(), minAnswers: 2 })).toBe("partial");
    expect(await statusOf({ agents: agents(), minAnswers: 3 })).toBe("failed");
    expect(await statusOf({ agents: agents(), minAnswers: 3, route: ["a", "b"] })).toBe("complete");
  });

  it("not failed by a required agent that the route leaves out", async () => {
    expect(
      await statusOf({ agents: { a: ok("a"), b: ok("b") }, required: ["b"], route: ["a"] }),
    ).toBe("complete");
  });
});

describe("a graph of places", () => {
  const nodes = [[], [0], [0], [1, 2], []].map((needs, index) => ({ name: `${index}`, needs }));

  it("has ready whoever waits for nobody", () => {
    expect(makeGraph(nodes, "parallel", [0, 1, 2, 3, 4])).toEqual({
      size: 5,
      ready: [0, 4],
      waits: [0, 1, 1, 2, 0],
      after: [[1, 2], [3], [3], [], []],
    });
  });

  it("is one line in sequence, and counts one that is needed and before as one", () => {
    expect(makeGraph(nodes, "sequence", [0, 1, 3])).toEqual({
      size: 3,
      ready: [0],
      waits: [0, 1, 0, 2, 0],
      after: [[1], [3], [3], [], []],
    });
  });
});
