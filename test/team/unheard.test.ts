import { describe, expect, it } from "vitest";
import {
  agent,
  oneOf,
  supervisor,
  type Notice,
  type NoticeCode,
  type Outcome,
} from "../../src/index.ts";

const says = <const Name extends string>(name: Name, output: unknown) =>
  agent({ name, run: (_task: string): unknown => output });
const fails = <const Name extends string>(name: Name) =>
  agent({
    name,
    retries: 0,
    run: (_task: string): unknown => {
      throw new Error("no answer");
    },
  });

function codes({ notices }: Pick<Outcome, "notices">): readonly string[] {
  return notices.map(({ code, level }) => `${level} ${code}`);
}

function only({ notices }: Pick<Outcome, "notices">, code: NoticeCode): Notice {
  const found = notices.filter((one) => one.code === code);
  expect(found).toHaveLength(1);
  return found[0] as Notice;
}

const listed = { task: oneOf(["ship", "hold"]) };

describe("a position that its comparison does not list", () => {
  it("is told of by name, without what was said, and is no voice", async () => {
    const outcome = await supervisor({
      name: "gate",
      agents: { a: says("a", "ship"), b: says("b", "Ship."), c: says("c", "Ship") },
      compare: listed,
    }).run("x");
    expect(outcome.verdict).toMatchObject({ status: "unanimous", winner: "ship" });
    expect(codes(outcome)).toEqual(["info set-aside"]);
    const { message, agents } = only(outcome, "set-aside");
    expect(agents).toEqual(["b"]);
    expect(message).toContain(
      "Set aside, as oneOf does not list it: what b said about the task. It has no vote;",
    );
  });

  it("leaves one voice alone, which is not said to be about another subject", async () => {
    const outcome = await supervisor({
      name: "gate",
      agents: { a: says("a", "ship"), b: says("b", "nope") },
      compare: listed,
    }).run("x");
    expect(outcome.verdict).toMatchObject({ status: "unopposed", winner: "ship" });
    expect(codes(outcome)).toEqual(["info set-aside", "warn one-voice"]);
    expect(only(outcome, "one-voice").message).toContain("a alone spoke about the task: b said");
  });

  it("is a warning of an agent that is required", async () => {
    const outcome = await supervisor({
      name: "gate",
      agents: { a: says("a", "ship"), b: says("b", "ship"), c: says("c", "nope") },
      required: ["c"],
      compare: listed,
    }).run("x");
    expect(codes(outcome)).toEqual(["warn set-aside"]);
  });

  it("is told of where nobody said what is listed, and of an agent that is asked alone", async () => {
    const none = await supervisor({
      name: "gate",
      agents: { a: says("a", "yes"), b: says("b", "no") },
      compare: listed,
    }).run("x");
    expect(none.verdict).toMatchObject({ status: "undecided" });
    expect(only(none, "set-aside")).toMatchObject({
      agents: ["a", "b"],
      message: expect.stringContaining("list it: what a, b said about the task. It") as string,
    });
    const alone = await supervisor({
      name: "gate",
      agents: { a: says("a", "yes") },
      compare: listed,
    }).run("x");
    expect(codes(alone)).toEqual(["info set-aside"]);
  });
});

describe("an answer in which nothing can be compared", () => {
  it("is told of by what it is, where it has no properties", async () => {
    const outcome = await supervisor({
      name: "gate",
      agents: {
        a: says("a", " "),
        b: says("b", "x".repeat(65_537)),
        c: says("c", ["ship"]),
        d: says("d", null),
        e: says("e", { recommendation: " " }),
        f: agent({ name: "f", run: (_task: string): unknown => 7, claims: "verdict" }),
      },
    }).run("x");
    expect(codes(outcome)).toEqual(["warn nothing-compared"]);
    const { message } = only(outcome, "nothing-compared");
    expect(message).toContain("can be compared: a answered with a blank text, b answered with a ");
    const each = async (name: string, output: unknown) => {
      const { notices } = await supervisor({
        name: "gate",
        agents: { a: says("a", "ship"), b: says("b", "ship"), c: says("c", output) },
      }).run(name);
      return notices[0]?.message.split(". ")[0];
    };
    const begins = "c answered and said nothing that can be compared: c answered with";
    expect(await each("long", "x".repeat(65_537))).toBe(
      `${begins} a text that is longer than 64 KiB`,
    );
    expect(await each("list", ["ship"])).toBe(`${begins} a list`);
    expect(await each("nothing", undefined)).toBe(`${begins} nothing`);
    expect(await each("null", { recommendation: null })).toBe(
      `${begins} a "recommendation" that is null`,
    );
    expect(await each("blank", { recommendation: "" })).toBe(
      `${begins} a "recommendation" that is blank`,
    );
  });

  it("is told of also of an agent that is asked alone, where its team has a gate or requires it", async () => {
    const agents = { a: says("a", { verdict: "ship" }) };
    const gated = await supervisor({
      name: "gate",
      agents,
      gate: { severity: "high" },
    }).run("x");
    expect(gated.passed).toBeNull();
    expect(codes(gated)).toEqual(["info said-nothing"]);
    expect(only(gated, "said-nothing").message).toContain('"verdict" and no "recommendation"');
    const required = await supervisor({ name: "one", agents, required: ["a"] }).run("x");
    expect(codes(required)).toEqual(["warn said-nothing"]);
  });
});

describe("a team in a team that has decided nothing", () => {
  it("is told of by what it left open", async () => {
    const torn = supervisor({
      name: "torn",
      agents: { x: says("x", "ship"), y: says("y", "hold") },
    });
    const lone = supervisor({ name: "lone", agents: { x: says("x", "ship"), y: fails("y") } });
    const outcome = await supervisor({
      name: "outer",
      agents: { torn, lone, b: says("b", "ship"), c: says("c", "ship") },
      required: ["lone"],
    }).run("x");
    const own = outcome.notices.filter(({ team }) => team === undefined);
    expect(codes({ notices: own })).toEqual(["warn team-undecided", "info team-undecided"]);
    expect(own.map(({ agents, message }) => [agents, message.split(". ")[0]])).toEqual([
      [
        ["lone"],
        "lone answered and decided nothing, and an answer of it is required: lone left the task unopposed",
      ],
      [["torn"], "torn answered and decided nothing: torn left the task tied"],
    ]);
  });
});

describe("a severity that is none", () => {
  it("is told of with its words, and the findings that have it", async () => {
    const finding = (severity: unknown) => ({ text: "eval is used", severity });
    const outcome = await supervisor({
      name: "review",
      agents: {
        a: says("a", { findings: [finding("error"), finding("HIGH "), finding(3), "no tests"] }),
        b: says("b", { findings: [finding("low"), finding(null), finding("")] }),
      },
      gate: { severity: "high" },
    }).run("x");
    const { level, agents, message } = only(outcome, "severity-unread");
    expect({ level, agents }).toEqual({ level: "info", agents: ["a"] });
    expect(message).toContain(
      'a reports 2 of 4 findings with a severity that is none of critical, high, medium, low, info ("error").',
    );
  });
});

describe("a panel that was enough", () => {
  it("is told of with those who were not asked, also where one voice was enough", async () => {
    const outcome = await supervisor({
      name: "board",
      agents: { a: says("a", "ship"), b: says("b", "ship"), c: says("c", "ship") },
      panel: { until: { confidence: 0.5 } },
      gate: { pass: ["ship"] },
    }).run("x");
    expect(outcome).toMatchObject({ passed: true, verdict: { status: "decided", asked: 1 } });
    expect(codes(outcome)).toEqual(["info panel-enough"]);
    expect(only(outcome, "panel-enough").message).toContain(
      "The panel was enough with 1 of 3, and did not ask b, c.",
    );
  });
});
