import { describe, expect, it } from "vitest";
import { matricesOf } from "../../dashboard/src/model/columns.ts";
import { pageOf, type RunPage } from "../../dashboard/src/model/page.ts";
import {
  agent,
  billOf,
  human,
  memory,
  supervisor,
  unanimous,
  vote,
  type Usage,
} from "../../src/index.ts";
import type { RunEvent } from "../../src/model/events.ts";
import { viewRun } from "../../src/report/run-view.ts";

type Answer = string | Error | object;

const says = (name: string, answer: Answer) =>
  agent({
    name,
    retries: 0,
    run: (): string | object => {
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });

const agentsOf = (answers: Readonly<Record<string, Answer>>) =>
  Object.fromEntries(
    Object.entries(answers).map(([name, answer]) => [name, says(name, answer)] as const),
  );

interface Team {
  readonly store: ReturnType<typeof memory>["store"];
  readonly run: (task: never, options: { readonly runId: string }) => Promise<unknown>;
}

async function pageOfRun(team: Team, events = Infinity): Promise<RunPage> {
  await team.run({} as never, { runId: "r" });
  const log = (await team.store.read("r")).slice(0, events);
  return pageOf(viewRun("r", log), billOf(log));
}

const store = () => memory({ resumable: true }).store;

async function decided(answers: Readonly<Record<string, Answer>>): Promise<RunPage> {
  const kept = store();
  const team = supervisor({
    name: "gate",
    agents: agentsOf(answers),
    resolve: [unanimous(), vote()],
    backend: { store: kept },
  });
  return pageOfRun({ store: kept, run: team.run });
}

describe("the answer of a run", () => {
  it("names the winner, and how many hold it", async () => {
    const { answer } = await decided({ a: "hold", b: "hold", c: "ship" });
    expect(answer).toMatchObject({ headline: "Hold: 2 of 3, decided by vote", tone: "decided" });
    expect(answer.facts[2]).toMatchObject({ value: "1 of 3 agents", detail: "c" });
  });

  it("says that all agree", async () => {
    const { answer } = await decided({ a: "ship", b: "ship" });
    expect(answer.headline).toBe("Ship: all 2 agree");
    expect(answer.facts[2]).toMatchObject({ value: "None" });
  });

  it("says that it is tied, and takes nobody for a dissenter then", async () => {
    const { answer, subjects } = await decided({ a: "hold", b: "ship" });
    expect(answer).toMatchObject({ headline: "Tied: 1 to 1", tone: "warn" });
    expect(answer.facts[2]).toMatchObject({ value: "—" });
    expect(subjects[0]).toMatchObject({ fate: "open", contested: true });
  });

  it("says that one alone spoke, where others failed", async () => {
    const { answer } = await decided({ a: "ship", b: new Error("no login"), c: new Error("x") });
    expect(answer.headline).toBe("Ship: one voice of 3 asked");
    expect(answer.facts[0]).toMatchObject({ title: "Status", value: "Partial" });
  });

  it("says that nobody answered", async () => {
    const { answer, notices } = await decided({ a: new Error("boom"), b: new Error("bang") });
    expect(answer).toMatchObject({ headline: "Failed: 0 of 2 answered", tone: "fail" });
    expect(notices.map(({ message }) => message)).toEqual(
      expect.arrayContaining(["a failed: boom.", "b failed: bang."]),
    );
  });

  it("says that there was nothing to compare", async () => {
    const { answer, subjects } = await decided({ a: { note: "x" }, b: { other: 1 } });
    expect(answer.headline).toBe("2 answers, nothing to compare");
    expect(subjects).toEqual([]);
  });

  it("counts those that a panel did not ask as not asked, and not as missing", async () => {
    const kept = store();
    const answers = { a: "ship", b: "ship", c: "ship", d: "hold", e: "ship" };
    const team = supervisor({
      name: "five",
      agents: agentsOf(answers),
      panel: "certain",
      backend: { store: kept },
    });
    const { answer, lanes, costs } = await pageOfRun({ store: kept, run: team.run });
    expect(answer.headline).toMatch(/^Ship: /);
    const notAsked = lanes.filter(({ word }) => word === "not asked").length;
    expect(notAsked).toBeGreaterThan(0);
    expect(answer.facts[0]?.detail).toBe(
      `${5 - notAsked} of ${5 - notAsked} answered, ${notAsked} not asked`,
    );
    expect(costs.saved.words).toContain("not asked");
  });

  it("says how far a run has come that is under way", async () => {
    const kept = store();
    const team = supervisor({
      name: "t",
      agents: agentsOf({ a: "x", b: "y" }),
      backend: { store: kept },
    });
    const { answer, lanes } = await pageOfRun({ store: kept, run: team.run }, 4);
    expect(answer.headline).toBe("Running: 0 of 2 answered");
    expect(answer.facts[3]).toMatchObject({ value: "—", detail: "nobody has ended yet" });
    expect(lanes.map(({ word }) => word)).toEqual(["working", "working"]);
  });
});

describe("the answer of a run that nobody drives", () => {
  it("says that it is queued where nobody has begun it, and how far it has come where somebody had", async () => {
    const kept = store();
    const agents = agentsOf({ a: "x", b: "y" });
    const team = supervisor({ name: "t", agents, backend: { store: kept } });
    await team.run({}, { runId: "r" });
    const log = await kept.read("r");
    const answerAt = (events: number) =>
      pageOf({ ...viewRun("r", log.slice(0, events)), status: "interrupted" }, billOf(log)).answer;
    expect(answerAt(2).headline).toBe("Queued: no worker has taken it yet");
    expect(answerAt(2).facts[0]?.value).toBe("Queued");
    expect(answerAt(4).headline).toBe("Interrupted after 0 of 2 answers");
  });

  it("says that a person has decided, until it is resumed", async () => {
    const kept = store();
    const team = supervisor({
      name: "t",
      agents: agentsOf({ a: "x", b: "y" }),
      resolve: [unanimous(), human()],
      backend: { store: kept },
    });
    await team.run({}, { runId: "r" });
    const log = await kept.read("r");
    const last = log.at(-1);
    const { seq = 0, atMs = 0 } = last ?? {};
    const about = { type: "person.decided", runId: "r", subject: "task", winner: "x" } as const;
    const decision = { ...about, position: 0, why: "so", seq: seq + 1, atMs };
    const headlineOf = (events: readonly RunEvent[]): string =>
      pageOf(viewRun("r", events), billOf(events)).answer.headline;
    expect(headlineOf(log)).toContain("A person has to decide");
    expect(headlineOf([...log, decision])).toBe("Decided by a person, and not resumed yet");
  });
});

describe("what a run took, on its page", () => {
  const PRICES = { known: { input: 1, output: 1, date: "2026-11-22" } };
  const reporting = (name: string, ...reports: readonly (Usage | undefined)[]) =>
    agent({
      name,
      retries: reports.length - 1,
      backoff: { baseMs: 0 },
      run: (_task: object, { attempt, report }): string => {
        const usage = reports[attempt - 1];
        if (usage !== undefined) report(usage);
        if (attempt < reports.length) throw new Error("once more");
        return "ship";
      },
    });
  const costFact = async (...agents: readonly ReturnType<typeof reporting>[]) => {
    const kept = store();
    const team = supervisor({
      name: "t",
      agents: Object.fromEntries(agents.map((one) => [one.name, one])),
      prices: PRICES,
      backend: { store: kept },
    });
    const { answer, costs } = await pageOfRun({ store: kept, run: team.run });
    const { value, detail } = answer.facts[3] ?? {};
    return { value, detail, costs };
  };

  it("is said to have no price where tokens of a model without one were reported", async () => {
    const unpriced = reporting("a", { inputTokens: 10, outputTokens: 1, model: "other" });
    const { value, detail } = await costFact(unpriced);
    expect({ value, detail }).toEqual({
      value: "unknown",
      detail: "1 of 1 call reported tokens without a price",
    });
  });

  it("is at least what one attempt reported where another of the same call reported nothing", async () => {
    const { value, detail, costs } = await costFact(
      reporting("a", undefined, { inputTokens: 5_000, outputTokens: 0, model: "known" }),
    );
    expect({ value, detail }).toEqual({
      value: "≥ $0.005",
      detail: "1 of 1 call reported nothing",
    });
    expect(costs.agents[0]?.cost).toMatchObject({ atLeast: { usdMicros: 5_000 } });
  });

  it("is never rounded above what is known of it", async () => {
    const { value } = await costFact(
      reporting("a", { inputTokens: 397_399, outputTokens: 0, model: "known" }),
      reporting("b", undefined),
    );
    expect(value).toBe("≥ $0.3973");
  });

  it("counts what a cheaper tier saved, and does not call unknown what is nothing", async () => {
    const kept = store();
    const prices = {
      big: { input: 3, output: 3, date: "2026-11-22" },
      small: { input: 1, output: 1, date: "2026-11-22" },
    };
    const team = supervisor({
      name: "t",
      agents: {
        a: agent({
          name: "a",
          tier: "cheap",
          escalateIf: [() => false],
          run: (_task: unknown, { report }): string => {
            report({ inputTokens: 1_000, outputTokens: 0 });
            return "ship";
          },
        }),
      },
      tiers: { cheap: "small", dear: "big" },
      prices,
      backend: { store: kept },
    });
    const { costs } = await pageOfRun({ store: kept, run: team.run });
    expect(costs.saved).toMatchObject({
      cost: { usdMicros: 2_000 },
      words: "1 call by cheaper tiers",
    });
    expect(costs.wasted).toMatchObject({ cost: { usdMicros: 0 }, words: "nothing" });
  });
});

describe("the page of a run with a team in a team", () => {
  it("has the root's own question first, and a matrix for each", async () => {
    const kept = store();
    const inner = supervisor({
      name: "inner",
      agents: agentsOf({ x: "hold", y: "ship", z: "hold" }),
    });
    const team = supervisor({
      name: "outer",
      agents: { inner, lead: says("lead", "ship") },
      resolve: [unanimous(), vote(), human()],
      backend: { store: kept },
    });
    const page = await pageOfRun({ store: kept, run: team.run });
    expect(page.answer.headline).toBe("A person has to decide: 1 to 1");
    expect(page.subjects.map(({ team: of }) => of)).toEqual(["", "inner"]);
    const matrices = matricesOf(page.run, page.subjects, false);
    expect(matrices.map(({ columns }) => columns.flatMap(({ agents }) => agents))).toEqual([
      ["inner", "lead"],
      ["x", "z", "y"],
    ]);
    expect(page.lanes.map(({ name, depth }) => [name, depth])).toEqual([
      ["inner", 0],
      ["x", 1],
      ["y", 1],
      ["z", 1],
      ["lead", 0],
      ["a person", 0],
    ]);
  });
});
