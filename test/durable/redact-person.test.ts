import { describe, expect, it } from "vitest";
import {
  agent,
  QuorateError,
  decide,
  human,
  memory,
  openQuestions,
  supervisor,
  type EventBody,
  type Redact,
  type RunEvent,
} from "../../src/index.ts";
import { rejection } from "../team/rejection.ts";

const hide: Redact = (value) =>
  JSON.parse(JSON.stringify(value).replaceAll(/hunter\d/g, "***")) as never;

interface Wanted {
  readonly a?: unknown;
  readonly b?: unknown;
  readonly redact?: Redact;
  readonly subjects?: readonly string[];
}

function setUp({ a = "ship", b = "hold", redact = hide, subjects = ["task"] }: Wanted = {}) {
  const asked: string[] = [];
  const store = memory({ resumable: true }).store;
  const answers = { a, b };
  const holder = <Name extends "a" | "b">(name: Name) =>
    agent({
      name,
      run: (_task: unknown) => {
        asked.push(name);
        return { recommendation: answers[name] };
      },
      claims: ({ recommendation }) =>
        subjects.map((subject) => ({ subject, position: recommendation as never })),
    });
  const team = (others: Redact | undefined = redact) =>
    supervisor({
      name: "gate",
      agents: { a: holder("a"), b: holder("b") },
      resolve: [human()],
      backend: { store },
      ...(others !== undefined && { redact: others }),
    });
  return { asked, store, answers, team, gate: team() };
}

const decisionIn = (events: readonly RunEvent[]) =>
  events.find(({ type }) => type === "person.decided");

describe("what a person writes", () => {
  it("goes through redact before it is kept: the reason and the name", async () => {
    const { gate, store } = setUp();
    await gate.run(1, { runId: "r" });
    const outcome = await gate.decide("r", {
      subject: "task",
      winner: "ship",
      why: "the password is hunter2",
      by: "ann hunter3",
    });
    expect(outcome).toMatchObject({ status: "complete", verdicts: [{ winner: "ship" }] });
    expect(decisionIn(store.read("r"))).toMatchObject({
      index: 1,
      winner: "ship",
      why: "the password is ***",
      by: "ann ***",
    });
    expect(JSON.stringify(store.read("r"))).not.toContain("hunter");
  });

  it("is withheld where nobody has the redactor, and the position is kept", async () => {
    const { gate, store } = setUp();
    await gate.run(1, { runId: "r" });
    await decide({ store }, "r", {
      subject: "task",
      winner: "ship",
      why: "hunter2",
      by: "hunter3",
    });
    expect(decisionIn(store.read("r"))).toMatchObject({ why: "[redacted]", by: "[redacted]" });
    expect(await gate.resume("r")).toMatchObject({ verdicts: [{ winner: "ship" }] });
    expect(JSON.stringify(store.read("r"))).not.toContain("hunter");
  });

  it.each([
    ["the task", { pin: "hunter1" }, ["pin"], { a: "ship", b: "hold" }],
    ["an answer", 1, ["recommendation.pin"], { a: { pin: "hunter1" }, b: "hold" }],
  ] as const)(
    "is withheld in another process than that of the run, where paths took a secret out of %s",
    async (_, task, redact, answers) => {
      for (const options of [{}, { input: task }]) {
        const { gate, team, store } = setUp({ ...answers, redact });
        await gate.run(task, { runId: "r" });
        const why = { why: "the pin is hunter1", by: "ann, hunter1" };
        // Made anew, it has seen nothing of the run.
        const decided = team().decide("r", { subject: "task", index: 0, ...why }, options);
        await Promise.allSettled([decided]);
        expect(decisionIn(store.read("r"))).toMatchObject({
          index: 0,
          why: "[redacted]",
          by: "[redacted]",
        });
        expect(JSON.stringify(store.read("r"))).not.toContain("hunter");
      }
    },
  );

  it("is kept without its secrets where redact has paths, in the process of the run", async () => {
    const { gate, store } = setUp({ redact: ["pin"] });
    const task = { pin: "hunter1" };
    await gate.run(task, { runId: "r" });
    const decision = { subject: "task", winner: "ship", why: "hunter1 is old" };
    await gate.decide("r", decision, { input: task });
    expect(decisionIn(store.read("r"))).toMatchObject({ why: "[redacted] is old" });
  });

  it("is not repeated by the error that refuses it", async () => {
    const { gate, store } = setUp();
    await gate.run(1, { runId: "r" });
    for (const decision of [
      { subject: "task", winner: "hunter2", why: "" },
      { subject: "hunter2", winner: "ship", why: "" },
      { subject: "task", winner: { pin: "hunter2" }, index: 0, why: "" },
    ]) {
      for (const refused of [
        await rejection(decide({ store }, "r", decision)),
        await rejection(gate.decide("r", decision)),
      ]) {
        expect(["BAD_OPTIONS", "NO_SUCH_POSITION"]).toContain(
          refused instanceof QuorateError && refused.code,
        );
        expect(String((refused as Error).stack)).not.toContain("hunter");
      }
    }
    expect(decisionIn(store.read("r"))).toBeUndefined();
  });

  it("is on disk when its process dies before the run goes on", async () => {
    const { gate, team, store } = setUp({ a: "hunter1" });
    await gate.run(1, { runId: "r" });
    await gate.decide("r", { subject: "task", winner: "***", why: "it is old" });
    const log = store.read("r");
    const at = log.findIndex(({ type }) => type === "person.decided");
    const crashed = memory({ resumable: true }).store;
    crashed.append(log.slice(0, at + 1));
    crashed.release("r", 1);
    const outcome = await team().resume("r", { backend: { store: crashed } });
    expect(outcome).toMatchObject({ status: "complete", verdicts: [{ winner: "hunter1" }] });
    expect(outcome.verdicts[0]?.reasoning).toContain("it is old");
  });
});

describe("a decision about positions that are redacted", () => {
  it("is put to the real position when the run goes on", async () => {
    const { gate, store } = setUp({ a: "hunter1" });
    await gate.run(1, { runId: "r" });
    const [question] = openQuestions(store.read("r"));
    expect(question?.verdict.positions.map(({ value }) => value)).toEqual(["hold", "***"]);
    const outcome = await gate.decide("r", { subject: "task", winner: "***", why: "so" });
    expect(outcome).toMatchObject({
      status: "complete",
      verdicts: [{ status: "decided", winner: "hunter1", by: "human" }],
    });
    expect(JSON.stringify(store.read("r"))).not.toContain("hunter");
  });

  it("may name the position as it was, where the supervisor is asked", async () => {
    const { gate, store } = setUp({ a: "hunter1" });
    await gate.run(1, { runId: "r" });
    const outcome = await gate.decide("r", { subject: "task", winner: "hunter1", why: "so" });
    expect(outcome).toMatchObject({ verdicts: [{ winner: "hunter1" }] });
    expect(JSON.stringify(store.read("r"))).not.toContain("hunter");
  });

  it("needs an index where two look the same, and says so", async () => {
    const { gate, store } = setUp({ a: "hunter1", b: "hunter2" });
    await gate.run(1, { runId: "r" });
    const before = store.read("r");
    for (const winner of ["***", "hunter2"]) {
      expect(await rejection(gate.decide("r", { subject: "task", winner, why: "" }))).toMatchObject(
        {
          code: "BAD_OPTIONS",
          message: expect.stringMatching(
            /look the same .* name one by its index: 0 \(held by a\), 1 \(held by b\)/,
          ) as string,
        },
      );
    }
    expect(store.read("r")).toEqual(before);
    const outcome = await gate.decide("r", { subject: "task", index: 1, why: "" });
    expect(outcome).toMatchObject({ status: "complete", verdicts: [{ winner: "hunter2" }] });
  });

  it("keeps to its position when the resumed run has them in another order", async () => {
    const { gate, answers } = setUp({ a: "hunter1", b: "hunter5" });
    await gate.run(1, { runId: "r" });
    // Its output was not kept, so it is asked again and says something that comes after the other's.
    answers.a = "hunter9";
    const outcome = await gate.decide("r", { subject: "task", index: 0, why: "" });
    expect(outcome).toMatchObject({ status: "complete", verdicts: [{ winner: "hunter9" }] });
  });

  it("is asked for again when nobody holds that position any more", async () => {
    const { gate, store, answers } = setUp({ a: "hunter1" });
    await gate.run(1, { runId: "r" });
    answers.a = "something else";
    const open = await gate.decide("r", { subject: "task", winner: "***", why: "" });
    expect(open.status).toBe("waiting");
    expect(openQuestions(store.read("r"))).toHaveLength(1);
    const outcome = await gate.decide("r", { subject: "task", winner: "hold", why: "" });
    expect(outcome).toMatchObject({ status: "complete", verdicts: [{ winner: "hold" }] });
  });

  it.each([
    ["a winner", { winner: "***" }],
    [
      "a winner by paths",
      { winner: { pin: "[redacted]", ok: true } },
      ["recommendation.pin", "pin"],
    ],
  ] as const)(
    "finds objects and texts alike: by %s",
    async (_, choice, paths?: readonly string[]) => {
      const held = paths === undefined ? "hunter1" : { pin: "hunter1", ok: true };
      const { gate, store } = setUp({ a: held, ...(paths !== undefined && { redact: paths }) });
      await gate.run(1, { runId: "r" });
      const outcome = await gate.decide("r", { subject: "task", why: "hm", ...choice });
      expect(outcome).toMatchObject({ status: "complete", verdicts: [{ winner: held }] });
      expect(JSON.stringify(store.read("r"))).not.toContain("hunter");
    },
  );

  it.each([
    [
      [0, "right"],
      [1, "left"],
    ],
    [
      [1, "left"],
      [0, "right"],
    ],
  ] as const)(
    "is about the subject that was meant where two look the same: %j %j",
    async (...decided) => {
      const { gate, store } = setUp({
        a: "left",
        b: "right",
        subjects: ["key hunter1", "key hunter2"],
      });
      await gate.run(1, { runId: "r" });
      const decision = { subject: "key ***", winner: "left", why: "" };
      expect(await rejection(gate.decide("r", decision))).toMatchObject({
        code: "BAD_OPTIONS",
        message: expect.stringContaining("several subjects that look like") as string,
      });
      for (const [question, winner] of decided) {
        await decide({ store }, "r", { ...decision, winner, question });
      }
      const outcome = await gate.resume("r");
      expect(outcome.verdicts.map(({ subject, winner }) => [subject, winner])).toEqual([
        ["key hunter1", "right"],
        ["key hunter2", "left"],
      ]);
      expect(JSON.stringify(store.read("r"))).not.toContain("hunter");
    },
  );
});

describe("a log of an earlier version of this package", () => {
  const old = (events: readonly RunEvent[]): readonly RunEvent[] =>
    events.map((event) => {
      if (event.type === "run.started") {
        const { redact: _, inputHash: __, ...rest } = event;
        return rest;
      }
      if (event.type !== "person.decided") return event;
      const { index: _, question: __, ...rest } = event;
      return rest;
    });

  it.each([["ship"], ["hunter1"]])(
    "goes on with its decision, which has no index: %s",
    async (held) => {
      const { gate, team, store } = setUp({ a: held });
      await gate.run(1, { runId: "r" });
      await decide({ store }, "r", { subject: "task", index: 1, why: "so" });
      const crashed = memory({ resumable: true }).store;
      crashed.append(old(store.read("r")));
      crashed.release("r", 1);
      expect(await team().resume("r", { backend: { store: crashed } })).toMatchObject({
        status: "complete",
        verdicts: [{ winner: held }],
      });
    },
  );
});

describe("a run that waits", () => {
  it("has no secret in its question: positions, holders, evidence, subject and reasoning", async () => {
    const store = memory({ resumable: true }).store;
    const holder = <Name extends string>(name: Name, position: string) =>
      agent({
        name,
        run: () => ({ position }),
        claims: () => [{ subject: "who has hunter1", position, evidence: `it says ${position}` }],
      });
    const agents = { a: holder("a", "hunter1"), b: holder("b", "hunter2") };
    const gate = supervisor({
      name: "gate",
      agents,
      resolve: [human()],
      backend: { store },
      redact: hide,
    });
    const stream = gate.stream(undefined as never, { runId: "r" });
    const seen: unknown[] = [];
    for await (const event of stream) seen.push(event);
    const waiting = store.read("r").at(-1) as EventBody;
    expect(waiting).toMatchObject({
      type: "run.waiting",
      verdicts: [{ verdict: { positions: [{ value: "***" }, { value: "***" }] } }],
    });
    expect(JSON.stringify([seen, store.read("r")])).not.toContain("hunter");
  });

  it("of a task that is not kept whole keeps the decision, and goes on when the task is given", async () => {
    const { gate, store } = setUp();
    const task = { password: "hunter1" };
    await gate.run(task, { runId: "r" });
    const decision = { subject: "task", winner: "ship", why: "yes" };
    expect(await rejection(gate.decide("r", decision))).toMatchObject({
      code: "NOT_RESUMABLE",
      message: expect.stringContaining("what was decided is kept") as string,
    });
    expect(decisionIn(store.read("r"))).toMatchObject({ winner: "ship" });
    expect(await gate.run(task, { runId: "r" })).toMatchObject({ verdicts: [{ winner: "ship" }] });
  });

  it("goes on at once where the decision brings the task, but not with another one", async () => {
    const { gate, asked } = setUp();
    const task = { password: "hunter1", n: 1 };
    await gate.run(task, { runId: "r" });
    const decision = { subject: "task", winner: "ship", why: "yes" };
    expect(
      await rejection(gate.decide("r", decision, { input: { password: "hunter1", n: 2 } })),
    ).toMatchObject({ code: "RUN_ID_TAKEN" });
    asked.length = 0;
    expect(await gate.decide("r", decision, { input: task })).toMatchObject({
      verdicts: [{ winner: "ship" }],
    });
    expect(asked).toEqual([]);
  });
});

it("a call in doubt that a person is asked about is decided by its place, whatever redact leaves of the choices", async () => {
  const asked: string[] = [];
  const payer = agent({
    name: "payer",
    inDoubt: "ask",
    run: (_task: number) => {
      asked.push("payer");
      return "paid";
    },
  });
  const store = memory({ resumable: true }).store;
  const nothing: Redact = () => "[gone]";
  const team = supervisor({ name: "team", agents: { payer }, backend: { store }, redact: nothing });
  await team.run(1, { runId: "r" });
  const begun = store.read("r").findIndex(({ type }) => type === "call.started") + 1;
  for (const [index, status, count] of [
    [0, "ok", 1],
    [1, "failed", 0],
  ] as const) {
    const crashed = memory({ resumable: true }).store;
    crashed.append(store.read("r").slice(0, begun));
    crashed.release("r", 1);
    asked.length = 0;
    expect((await team.run(1, { runId: "r", backend: { store: crashed } })).status).toBe("waiting");
    const [question] = openQuestions(crashed.read("r"));
    const subject = question?.verdict.subject ?? "";
    expect(subject).toBe("[gone]");
    await decide({ store: crashed }, "r", { subject, index, why: "so" });
    const outcome = await team.run(1, { runId: "r", backend: { store: crashed } });
    expect([outcome.results.payer.status, asked.length]).toEqual([status, count]);
  }
});
