import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { agent, memory, supervisor, support, unanimous, vote } from "../../src/index.ts";
import type { Outcome, Severity } from "../../src/index.ts";

/** `"fails"`, `"silent"`, or what an agent answers. */
type Saying = Readonly<Record<string, unknown>> | string | number;

/** What comes of agents that say these things, under a gate. */
async function gated(
  sayings: Readonly<Record<string, Saying>>,
  gate: object,
  options: object = {},
): Promise<Outcome> {
  const agents = Object.fromEntries(
    Object.entries(sayings).map(([name, saying]) => {
      const run = (): unknown => {
        if (saying === "fails") throw new Error("it crashed");
        return saying === "silent" ? {} : saying;
      };
      return [name, agent({ name, retries: 0, run })];
    }),
  );
  const team = supervisor({ name: "team", agents, gate, ...options });
  return (await team.run("x" as never)) as Outcome;
}

const ship = { pass: ["ship"] } as const;
const found = (severity?: Severity, text = "the lock leaks") => ({
  findings: [{ text, ...(severity !== undefined && { severity }) }],
});

describe("a gate about the task", () => {
  test("passes where a winner that it lists is unanimous or decided", async () => {
    expect((await gated({ a: "ship", b: "Ship" }, ship)).passed).toBe(true);
    expect((await gated({ a: "ship", b: "ship", c: "hold" }, ship)).passed).toBe(true);
    expect((await gated({ a: "ship" }, ship)).passed).toBe(true);
    expect((await gated({ a: 3, b: 3 }, { pass: [3, 4] })).passed).toBe(true);
  });

  test("does not pass where another winner is decided, also where somebody is missing", async () => {
    expect((await gated({ a: "hold", b: "hold" }, ship)).passed).toBe(false);
    expect((await gated({ a: "hold", b: "hold", c: "fails" }, ship)).passed).toBe(false);
    expect((await gated({ a: "hold" }, ship)).passed).toBe(false);
  });

  test.each<[string, Readonly<Record<string, Saying>>, object?]>([
    ["nobody said anything about it", { a: "silent", b: "silent" }],
    ["it is a tie", { a: "ship", b: "hold" }],
    ["one voice is left of several", { a: "ship", b: "fails", c: "fails" }],
    ["one voice is left, against it", { a: "hold", b: "fails", c: "fails" }],
    ["the others said nothing about it", { a: "ship", b: "silent" }],
    ["too few spoke for the quorum", { a: "ship", b: "ship" }, { resolve: [vote({ quorum: 3 })] }],
    [
      "somebody who is required is missing",
      { a: "ship", b: "ship", c: "fails" },
      { required: ["c"] },
    ],
    ["too few answered", { a: "ship", b: "ship", c: "fails" }, { minAnswers: 3 }],
  ])("cannot tell where %s", async (_what, sayings, options?: object) => {
    expect((await gated(sayings, ship, options)).passed).toBeNull();
  });

  test("is about each subject that it names", async () => {
    const judging = <const Name extends string>(name: Name, risk: string) =>
      agent({
        name,
        run: () => ({ recommendation: "ship", risk }),
        claims: ({ recommendation, risk }) => [
          { subject: "task", position: recommendation },
          { subject: "risk", position: risk },
        ],
      });
    const passes = async (pass: Readonly<Record<string, readonly string[]>>, risk: string) => {
      const agents = { a: judging("a", risk), b: judging("b", "low") };
      return (await supervisor({ name: "team", agents, gate: { pass } }).run("x")).passed;
    };
    expect(await passes({ task: ["ship"], risk: ["low"] }, "low")).toBe(true);
    expect(await passes({ task: ["ship"], risk: ["none", "high"] }, "low")).toBe(false);
    expect(await passes({ task: ["ship"], risk: ["low"] }, "high")).toBeNull();
    expect(await passes({ task: ["ship"], days: ["3"] }, "low")).toBeNull();
  });

  test("keeps in the log why nobody can tell, without the secrets in a subject", async () => {
    const backend = memory();
    const saying = (name: string, position: string) =>
      agent({ name, run: () => position, claims: () => [{ subject: "pin 4711", position }] });
    const { passed, runId } = await supervisor({
      name: "team",
      agents: { a: saying("a", "ship"), b: saying("b", "hold") },
      gate: { pass: { "pin 4711": ["ship"] } },
      redact: (value) => (typeof value === "string" ? value.replaceAll("4711", "****") : value),
      backend,
    }).run("x");
    const log = await backend.store.read(runId);
    expect([passed, JSON.stringify(log).includes("4711")]).toEqual([null, false]);
    expect(log.at(-1)).toMatchObject({
      gate: { unclear: [{ subject: expect.stringMatching(/^pin /) as string, why: "is tied" }] },
    });
  });

  test("is no gate where there is none", async () => {
    const { passed } = await supervisor({
      name: "team",
      agents: { a: agent({ name: "a", run: () => "ship" }) },
    }).run("x");
    expect(passed).toBeNull();
  });
});

describe("a gate about findings", () => {
  const high = { severity: "high" } as const;

  test("does not pass where one stands that is as bad, or worse", async () => {
    expect((await gated({ a: found("high"), b: found("high") }, high)).passed).toBe(false);
    expect((await gated({ a: found("critical"), b: found("critical") }, high)).passed).toBe(false);
    expect((await gated({ a: found("high") }, high)).passed).toBe(false);
  });

  test("passes where those that stand are less bad, where the others fall, and where nothing was found", async () => {
    expect((await gated({ a: found("low"), b: found("low") }, high)).passed).toBe(true);
    const fallen = { a: found("high"), b: { findings: [] }, c: { findings: [] } };
    expect((await gated(fallen, high, { resolve: [unanimous(), support()] })).passed).toBe(true);
    expect((await gated({ a: { findings: [] }, b: { findings: [] } }, high)).passed).toBe(true);
    expect((await gated({ a: { findings: [] }, b: "ship" }, high)).passed).toBe(true);
    const two = { a: { findings: [] }, b: { findings: [] }, c: "fails" } as const;
    expect((await gated(two, high)).passed).toBe(true);
  });

  test.each<readonly [string, Readonly<Record<string, Saying>>]>([
    ["nobody looked", { a: "ship", b: "ship" }],
    ["more failed than looked", { a: { findings: [] }, b: "fails", c: "fails" }],
    ["as many failed as looked", { a: { findings: [] }, b: "fails" }],
    ["nobody said how bad it is", { a: found(), b: found() }],
    ["one voice reports it, and the others failed", { a: found("high"), b: "fails" }],
  ])("cannot tell where %s", async (_what, sayings) => {
    expect((await gated(sayings, high)).passed).toBeNull();
  });

  test("and about the task passes only where both do", async () => {
    const both = { ...ship, ...high };
    const saying = (what: string, how: Severity) => ({ recommendation: what, ...found(how) });
    const passed = async (what: string, how: Severity) =>
      (await gated({ a: saying(what, how), b: saying(what, how) }, both)).passed;
    expect(await passed("ship", "low")).toBe(true);
    expect(await passed("ship", "high")).toBe(false);
    expect(await passed("hold", "low")).toBe(false);
  });

  test("counts a team in a team as one that looked, whatever it found", async () => {
    const look = <const Name extends string>(name: Name) =>
      agent({ name, run: () => ({ findings: [] }) });
    const inner = supervisor({ name: "inner", agents: { a: look("a"), b: look("b") } });
    const outer = supervisor({ name: "outer", agents: { inner }, gate: high });
    expect((await outer.run("x")).passed).toBe(true);
  });
});

describe("a gate", () => {
  test("is refused where it says nothing, or about what nobody speaks", () => {
    const make = (gate: unknown) => () =>
      supervisor({
        name: "team",
        agents: { a: agent({ name: "a", run: () => "ship" }) },
        gate: gate as never,
      });
    expect(make({})).toThrow('supervisor "team": gate is empty; say what passes');
    expect(make({ pass: [] })).toThrow("gate.pass.task lists nothing that passes");
    expect(make({ pass: {} })).toThrow("gate.pass is of type object; list the winners that pass");
    expect(make({ pass: ["ship"], severty: "high" })).toThrow("did you mean severity?");
    expect(make({ severity: "bad" })).toThrow('use "critical", "high", "medium", "low" or "info"');
    expect(make({ pass: { tsak: ["ship"] } })).toThrow(
      'has a gate about "tsak", about which none of its agents says anything',
    );
    expect(make("ship")).toThrow('gate is "ship"; use { pass: ["ship"] }');
  });

  test("stands in the log as it was, and is read from there", async () => {
    const store = memory({ resumable: true }).store;
    const team = (pass: readonly ["ship" | "hold"]) =>
      supervisor({
        name: "team",
        agents: {
          a: agent({ name: "a", run: (): "ship" | "hold" => "hold" }),
          b: agent({ name: "b", run: (): "ship" | "hold" => "hold" }),
        },
        gate: { pass },
        backend: { store },
      });
    const { runId, passed } = await team(["ship"]).run("x");
    expect(passed).toBe(false);
    expect((await store.read(runId)).at(-1)).toMatchObject({
      type: "run.finished",
      gate: { passed: false, against: ["task"] },
    });
    expect((await team(["hold"]).resume(runId)).passed).toBe(false);
  });

  test("has its say in what a team answers to another", async () => {
    const inner = supervisor({
      name: "inner",
      agents: { a: agent({ name: "a", run: () => "ship" }) },
      gate: ship,
      answer: ({ passed }) => ({ recommendation: passed === true ? "go" : "stay" }),
    });
    const outer = supervisor({ name: "outer", agents: { inner } });
    expect((await outer.run("x")).verdict).toMatchObject({ winner: "go" });
  });
});

test("one free linter beside two crashed reviewers never passes a gate", async () => {
  const linter = fc.constantFrom<Saying>(
    "ship",
    { recommendation: "ship" },
    { recommendation: "ship", findings: [] },
    { findings: [] },
    { recommendation: "ship", findings: [{ text: "a typo", severity: "info" }] },
  );
  const gates = fc.constantFrom<object>(
    ship,
    { severity: "high" },
    { ...ship, severity: "low" },
    { pass: { task: ["ship"] } },
  );
  const chains = fc.constantFrom(undefined, [], [vote()], [support({ atLeast: 1 })], [unanimous()]);
  await fc.assert(
    fc.asyncProperty(linter, gates, chains, fc.boolean(), async (said, gate, resolve, nested) => {
      const sayings = { linter: said, ann: "fails", bob: "fails" } as const;
      const chain = resolve === undefined ? {} : { resolve };
      if (!nested) {
        expect((await gated(sayings, gate, chain)).passed).not.toBe(true);
        return;
      }
      const crash = (name: string) => agent({ name, retries: 0, run: () => Promise.reject(said) });
      const inner = supervisor({
        name: "inner",
        agents: {
          linter: agent({ name: "linter", run: () => said }),
          ann: crash("ann"),
          bob: crash("bob"),
        } as never,
        ...chain,
      });
      const outer = supervisor({ name: "outer", agents: { inner }, gate, ...chain } as never);
      expect((await outer.run("x" as never)).passed).not.toBe(true);
    }),
  );
});

test("a gate passes only where what it is about is settled by more than one voice among those asked", async () => {
  const saying = fc.constantFrom<Saying>("ship", "hold", "fails", "silent", found("high"), {
    recommendation: "ship",
    findings: [],
  });
  await fc.assert(
    fc.asyncProperty(fc.array(saying, { minLength: 1, maxLength: 6 }), async (sayings) => {
      const named = Object.fromEntries(sayings.map((one, index) => [`a${index}`, one]));
      const { passed, verdict, status } = await gated(named, ship);
      const isSettled =
        verdict?.status === "decided" ||
        verdict?.status === "unanimous" ||
        (verdict?.status === "unopposed" && sayings.length === 1);
      if (passed === true) {
        expect([isSettled, verdict?.winner]).toEqual([true, "ship"]);
        expect(["complete", "partial"]).toContain(status);
      }
      if (passed === false) expect([isSettled, verdict?.winner]).toEqual([true, "hold"]);
    }),
  );
});
