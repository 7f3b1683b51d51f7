import { describe, expect, it } from "vitest";
import {
  agent,
  human,
  memory,
  supervisor,
  type Notice,
  type NoticeCode,
  type Outcome,
  type RunEvent,
  type Usage,
} from "../../src/index.ts";
import { nextTurn } from "../../src/async/in-turns.ts";
import { viewRun } from "../../src/report/run-view.ts";

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

describe("what an outcome does not say by itself", () => {
  it("is nothing where agents were compared", async () => {
    const team = supervisor({
      name: "gate",
      agents: {
        a: says("a", { recommendation: "ship" }),
        b: says("b", { recommendation: "hold" }),
        c: says("c", { recommendation: "ship" }),
      },
    });
    expect((await team.run("x")).notices).toEqual([]);
  });

  it("is that nothing was compared, where two or more answered and none of them claims or reports anything", async () => {
    for (const outputs of [
      [{ answer: "ship" }, { answer: "hold" }],
      [{ score: 1 }, { score: 2 }, { score: 3 }],
      [{ recommendation: null }, ["ship"]],
    ]) {
      const agents = Object.fromEntries(
        outputs.map((output, i) => [`a${i}`, says(`a${i}`, output)]),
      );
      const outcome = await supervisor({ name: "gate", agents }).run("x");
      expect(outcome.status).toBe("complete");
      expect(codes(outcome)).toEqual(["warn nothing-compared"]);
      const { message, agents: about } = only(outcome, "nothing-compared");
      expect(about).toEqual(Object.keys(agents));
      expect(message).toContain(`None of the ${outputs.length} answers`);
      expect(message).toContain("claims");
    }
  });

  it("names the properties that there are, where the one that counts is not among them", async () => {
    const long = "x".repeat(41);
    const c = agent({
      name: "c",
      run: (_task: string): unknown => ({ task: "ship", "a\nb": 1, [long]: 2 }),
      claims: "nothere",
    });
    const unheard = await supervisor({
      name: "gate",
      agents: { a: says("a", { score: 1 }), b: says("b", { score: 2 }), c, d: says("d", {}) },
    }).run("x");
    expect(only(unheard, "nothing-compared").message).toContain(
      'can be compared: a, b answered with "score" and no "recommendation", c answered with "task", "a b" and no "nothere". Have',
    );
    const heard = await supervisor({
      name: "gate",
      agents: { a: says("a", "ship"), b: says("b", "ship"), c: says("c", { score: 3 }) },
    }).run("x");
    expect(only(heard, "said-nothing").message).toContain(
      'c answered and said nothing that can be compared: c answered with "score" and no "recommendation". Have',
    );
  });

  it("is that nothing was compared, where no two spoke about the same subject", async () => {
    const about = <const Name extends string>(name: Name, subject: string) =>
      agent({
        name,
        run: (_task: string) => "yes",
        claims: (position) => [{ subject, position }],
      });
    const outcome = await supervisor({
      name: "gate",
      agents: { a: about("a", "auth"), b: about("b", "naming") },
    }).run("x");
    expect(codes(outcome)).toEqual(["warn nothing-compared"]);
    expect(only(outcome, "nothing-compared").message).toContain('"auth", "naming"');
  });

  it("is good to know, and no warning, where agents say by their own claims that they claim nothing", async () => {
    const silent = <const Name extends string>(name: Name) =>
      agent({ name, run: (_task: string) => 1, claims: () => [] });
    const outcome = await supervisor({
      name: "steps",
      mode: "sequence",
      agents: { a: silent("a"), b: silent("b") },
    }).run("x");
    expect(codes(outcome)).toEqual(["info nothing-compared"]);
  });

  it("is that one voice decided, where others failed or said nothing", async () => {
    const outcome = await supervisor({
      name: "gate",
      agents: {
        lint: says("lint", { recommendation: "ship" }),
        security: fails("security"),
        style: says("style", { notes: "fine" }),
      },
    }).run("x");
    const { level, message, agents } = only(outcome, "one-voice");
    expect({ level, agents }).toEqual({ level: "warn", agents: ["lint"] });
    expect(message).toContain(
      "lint alone spoke about the task: security did not answer; style said nothing that can be compared.",
    );
    expect(only(outcome, "said-nothing")).toMatchObject({ level: "info", agents: ["style"] });
  });

  it("is no warning where one voice is heard beside others that spoke about something else", async () => {
    const about = <const Name extends string>(name: Name, ...subjects: string[]) =>
      agent({
        name,
        run: (_task: string) => "yes",
        claims: (position) => subjects.map((subject) => ({ subject, position })),
      });
    const outcome = await supervisor({
      name: "gate",
      agents: { a: about("a", "x"), b: about("b", "x"), c: about("c", "x", "y") },
    }).run("x");
    expect(codes(outcome)).toEqual(["info one-voice"]);
    expect(only(outcome, "one-voice").message).toContain('c alone spoke about "y"');
  });

  it("is nothing of a team of one, and of one that claims nothing by its own claims", async () => {
    const alone = await supervisor({ name: "one", agents: { a: says("a", { x: 1 }) } }).run("x");
    expect(alone.notices).toEqual([]);
    const source = agent({ name: "source", run: (_task: string) => [1], claims: () => [] });
    const outcome = await supervisor({
      name: "two",
      agents: { source, judge: says("judge", { recommendation: "ship" }) },
    }).run("x");
    expect(outcome.notices).toEqual([]);
  });

  it("is nothing of one whose answer others need, and no warning of a pipeline", async () => {
    const fetched = agent({ name: "fetched", run: (_task: string) => ({ page: "…" }) });
    const reader = agent({
      name: "reader",
      needs: { fetched },
      run: (_task: string) => ({ recommendation: "ship" }),
    });
    const read = await supervisor({
      name: "read",
      agents: { fetched, reader },
      required: ["fetched"],
    }).run("x");
    expect(read.notices).toEqual([]);
    const writer = agent({
      name: "writer",
      needs: { fetched },
      run: (_task: string) => ({ text: "…" }),
    });
    const written = await supervisor({ name: "write", agents: { fetched, writer } }).run("x");
    expect(codes(written)).toEqual(["info nothing-compared"]);
    const noted = agent({ name: "noted", run: (_task: string) => "notes" });
    const summed = agent({ name: "summed", needs: { noted }, run: (_task: string) => "a sum" });
    const texts = await supervisor({ name: "texts", agents: { noted, summed } }).run("x");
    expect(texts.verdict).toMatchObject({ status: "unopposed", winner: "a sum" });
    expect(texts.notices).toEqual([]);
  });

  it("is a warning of an agent that is required and said nothing", async () => {
    const outcome = await supervisor({
      name: "gate",
      agents: {
        a: says("a", { recommendation: "ship" }),
        b: says("b", { recommendation: "ship" }),
        c: says("c", {}),
        d: says("d", {}),
      },
      required: ["c"],
    }).run("x");
    expect(outcome.notices.map(({ code, level, agents }) => [code, level, agents])).toEqual([
      ["said-nothing", "warn", ["c"]],
      ["said-nothing", "info", ["d"]],
    ]);
  });

  it("is that reviewers found nothing, and no warning", async () => {
    const outcome = await supervisor({
      name: "review",
      agents: { a: says("a", { findings: [] }), b: says("b", { findings: [] }) },
    }).run("x");
    expect(codes(outcome)).toEqual(["info nothing-found"]);
  });

  it("is what stands in an answer for comparing, and cannot be", async () => {
    const cases: readonly (readonly [unknown, string])[] = [
      [{ recommendation: {} }, "a recommendation that is an object"],
      [{ recommendation: ["ship"] }, "a recommendation that is a list"],
      [{ findings: "x" }, "findings that are a text and no list"],
      [{ findings: { text: "x" } }, "findings that are an object and no list"],
      [{ findings: [{ message: "x" }] }, "1 of 1 findings without a text"],
      [
        { findings: ["one", { message: "x" }, { text: "two" }, "", 7] },
        "2 of 5 findings without a text",
      ],
    ];
    for (const [output, words] of cases) {
      const outcome = await supervisor({
        name: "gate",
        agents: { a: says("a", output), b: says("b", { recommendation: "ship" }) },
      }).run("x");
      const { level, agents, message } = only(outcome, "answer-unread");
      expect({ level, agents }).toEqual({ level: "warn", agents: ["a"] });
      expect(message).toContain(words);
    }
    const alone = await supervisor({
      name: "one",
      agents: { a: says("a", { findings: "x", recommendation: {} }) },
    }).run("x");
    expect(codes(alone)).toEqual(["warn answer-unread"]);
  });

  it("is that an agent reports its cost in a form that cannot be read, once of each agent", async () => {
    const reporting = <const Name extends string>(name: Name, ...usages: unknown[]) =>
      agent({
        name,
        run: (_task: string, { report }) => {
          for (const usage of usages) report(usage as Usage);
          return { recommendation: "ship" };
        },
      });
    const outcome = await supervisor({
      name: "gate",
      agents: {
        a: reporting("a", { usd: 1 }, { usd: 2 }),
        b: reporting("b", { usdmicros: 1 }),
        c: reporting("c", { usdMicros: "7" }),
        d: reporting("d", { inputTokens: -1 }, { usdMicros: 2 }),
        e: reporting("e", { usdMicros: 1.5, model: undefined }, {}),
      },
    }).run("x");
    const told = outcome.notices.filter(({ code }) => code === "report-unread");
    expect(told.map(({ agents }) => agents)).toEqual([["a"], ["b"], ["c"], ["d"]]);
    expect(told.every(({ level }) => level === "warn")).toBe(true);
    expect(told.map(({ message }) => message.split(": it ")[1]?.split(". ")[0])).toEqual([
      'has "usd", which is not a part of one (usdMicros?)',
      'has "usdmicros", which is not a part of one (usdMicros?)',
      'says usdMicros: "7"',
      "says inputTokens: -1",
    ]);
    expect(only(outcome, "cost-unknown")).toMatchObject({ level: "info", agents: ["a", "b", "c"] });
  });

  it("is that an agent which is said to cost nothing reports money, whatever came of it", async () => {
    const spending = <const Name extends string>(name: Name, usage: Usage, fails = false) =>
      agent({
        name,
        cost: "free",
        retries: 0,
        run: (_task: string, { report }) => {
          report(usage);
          if (fails) throw new Error("no answer");
          return { recommendation: "ship" };
        },
      });
    const inner = supervisor({ name: "inner", agents: { e: spending("e", { usdMicros: 9 }) } });
    const outcome = await supervisor({
      name: "gate",
      agents: {
        a: spending("a", { usdMicros: 5 }),
        b: spending("b", { inputTokens: 5, outputTokens: 1 }),
        c: spending("c", { usdMicros: 0 }),
        d: spending("d", { usdMicros: 7 }, true),
        inner,
      },
    }).run("x");
    const { level, agents, message } = only(outcome, "not-free");
    expect({ level, agents }).toEqual({ level: "warn", agents: ["a", "d", "e"] });
    expect(message).toContain(
      "a, d, e reported a cost, although they are declared free. Give each a maxCost",
    );
    expect(outcome.bill.spent.usdMicros).toBe(21);
  });

  it("is that an answer cannot be read, before that somebody else is alone", async () => {
    const outcome = await supervisor({
      name: "gate",
      agents: {
        a: says("a", { recommendation: ["ship"] }),
        b: says("b", { recommendation: "ship" }),
      },
    }).run("x");
    expect(codes(outcome)).toEqual(["warn answer-unread", "warn one-voice"]);
  });

  it("is that a cost is not known, only where money is looked after", async () => {
    const quiet = says("a", { recommendation: "ship" });
    const other = says("b", { recommendation: "ship" });
    const plain = await supervisor({ name: "gate", agents: { a: quiet, b: other } }).run("x");
    expect(plain.notices).toEqual([]);
    const paid = agent({
      name: "c",
      run: (_task: string, { report }) => {
        report({ usdMicros: 5 });
        return { recommendation: "ship" };
      },
    });
    const mixed = await supervisor({ name: "gate", agents: { a: quiet, c: paid } }).run("x");
    expect(only(mixed, "cost-unknown").message).toContain(
      "The cost of 1 of 2 calls is unknown: 1 reported nothing (a).",
    );
    const tokens = agent({
      name: "d",
      model: "mini",
      run: (_task: string, { report }) => {
        report({ inputTokens: 5, outputTokens: 1 });
        return { recommendation: "ship" };
      },
    });
    const unpriced = await supervisor({ name: "gate", agents: { b: other, d: tokens } }).run("x");
    expect(only(unpriced, "cost-unknown").message).toContain(
      "The cost of 2 of 2 calls is unknown: 1 reported nothing, 1 used what has no price (b, d; model mini).",
    );
    const free = agent({
      name: "e",
      cost: "free",
      run: (_task: string) => ({ recommendation: "ship" }),
    });
    const known = await supervisor({ name: "gate", agents: { c: paid, e: free } }).run("x");
    expect(known.notices).toEqual([]);
  });

  it("is that a path of redact led to nothing, and a warning where another name was meant", async () => {
    const team = (redact: readonly string[]) =>
      supervisor({
        name: "gate",
        agents: {
          a: agent({
            name: "a",
            run: (_task: { readonly apiKey: string; readonly tokens?: number }) => ({
              recommendation: "ship",
              users: [{ email: "one@example.org" }],
            }),
          }),
          b: agent({ name: "b", run: (_task: object) => ({ recommendation: "ship" }) }),
        },
        redact,
      });
    const right = await team(["apiKey", "users.*.email"]).run({ apiKey: "12345678" });
    expect(right.notices).toEqual([]);
    const wrong = await team(["apikey", "token", "nowhere.at.all", "apiKey"]).run({
      apiKey: "12345678",
      tokens: 1,
    });
    expect(
      wrong.notices.map(({ code, level, message }) => [code, level, message.split(". ")[0]]),
    ).toEqual([
      [
        "redact-unmatched",
        "warn",
        'redact has the path "apikey", and nothing in this run is at that path; there is "apiKey"',
      ],
      [
        "redact-unmatched",
        "info",
        'redact has the path "token", and nothing in this run is at that path',
      ],
      [
        "redact-unmatched",
        "info",
        'redact has the path "nowhere.at.all", and nothing in this run is at that path',
      ],
    ]);
  });

  it("is that answers were not cached, where they have secrets and there is nothing to hash them with", async () => {
    const store = memory({ resumable: true }).store;
    const team = (hashSecret?: string) =>
      supervisor({
        name: "gate",
        agents: {
          a: agent({
            name: "a",
            version: "1",
            cache: true,
            run: (_task: { readonly secret: string }) => ({ recommendation: "ship" }),
          }),
        },
        redact: ["secret"],
        ...(hashSecret !== undefined && { hashSecret }),
        backend: { store },
      });
    const outcome = await team().run({ secret: "hunter2-hunter2" });
    expect(only(outcome, "not-cached")).toMatchObject({ level: "info", agents: ["a"] });
    const keyed = await team("a secret of sixteen characters").run({ secret: "hunter2-hunter2" });
    expect(keyed.notices).toEqual([]);
  });

  it("is that the log does not have the position that was decided for", async () => {
    const store = memory({ resumable: true }).store;
    const team = supervisor({
      name: "gate",
      agents: {
        a: says("a", { recommendation: "hunter2-hunter2" }),
        b: says("b", { recommendation: "hunter2-hunter2" }),
        c: says("c", { recommendation: "ship" }),
      },
      redact: (value) => (value === "hunter2-hunter2" ? "***" : value),
      backend: { store },
    });
    const outcome = await team.run("x");
    expect(outcome.verdicts[0]).toMatchObject({ winner: "hunter2-hunter2" });
    expect(only(outcome, "redacted-decided").level).toBe("info");
  });
});

describe("notices of a team within a team", () => {
  it("say whose they are, and follow those of the run's own team", async () => {
    const inner = supervisor({
      name: "inner",
      agents: { a: says("a", { x: 1 }), b: says("b", { x: 2 }) },
    });
    const store = memory({ resumable: true }).store;
    const team = supervisor({
      name: "outer",
      agents: { inner, c: says("c", { recommendation: "ship" }) },
      backend: { store },
    });
    const outcome = await team.run("x");
    expect(outcome.notices.map(({ code, team: whose }) => [code, whose])).toEqual([
      ["one-voice", undefined],
      ["team-undecided", undefined],
      ["nothing-compared", "inner"],
    ]);
    expect(await team.resume(outcome.runId)).toMatchObject({ notices: outcome.notices });
  });

  it("stand in the order of the teams, whichever of them ends first", async () => {
    const slow = new Map([["first", 3]]);
    const silent = (name: string, agents: object = {}) =>
      supervisor({
        name,
        agents: {
          ...agents,
          a: agent({
            name: "a",
            run: async (_task: string) => {
              for (let turns = slow.get(name) ?? 0; turns > 0; turns--) await nextTurn();
              return { x: 1 };
            },
          }),
          b: says("b", { x: 2 }),
        },
      });
    const team = supervisor({
      name: "outer",
      agents: { first: silent("first", { deep: silent("deep") }), second: silent("second") },
    });
    const whose = async () => {
      const { notices } = await team.run("x");
      return notices.flatMap((one) => (one.code === "nothing-compared" ? [one.team] : []));
    };
    const inOrder = ["first", "first/deep", "second"];
    expect(await whose()).toEqual([undefined, ...inOrder]);
    slow.set("first", 0).set("second", 3);
    expect(await whose()).toEqual([undefined, ...inOrder]);
  });

  it("are those of a fork too that takes over the team whole, with the teams within it", async () => {
    const silent = { a: says("a", { x: 1 }), b: says("b", { x: 2 }) };
    const deep = supervisor({ name: "deep", agents: silent });
    const inner = supervisor({ name: "inner", agents: { deep, ...silent } });
    const c = says("c", { recommendation: "ship" });
    const { store } = memory({ resumable: true });
    const team = supervisor({ name: "outer", agents: { c, inner }, backend: { store } });
    const first = await team.run("x");
    expect(first.notices.map(({ team: whose }) => whose)).toContain("inner/deep");
    const fork = await team.fork(first.runId, { from: "c" });
    expect(fork.notices).toEqual(first.notices);
    expect(await team.resume(fork.runId)).toMatchObject({ notices: first.notices });
    const again = await team.fork(fork.runId, { from: "c" });
    expect(again.notices).toEqual(first.notices);
    const anew = await team.fork(fork.runId, { from: "inner/a" });
    expect(anew.notices).toEqual(first.notices);
  });

  it("are handed to the function that makes the team's answer", async () => {
    let told: readonly Notice[] = [];
    const inner = supervisor({
      name: "inner",
      agents: { a: says("a", { x: 1 }), b: says("b", { x: 2 }) },
      answer: ({ notices }) => {
        told = notices;
        return { recommendation: "hold" };
      },
    });
    await supervisor({ name: "outer", agents: { inner } }).run("x");
    expect(told.map(({ code, team }) => [code, team])).toEqual([["nothing-compared", undefined]]);
  });
});

describe("the log", () => {
  async function eventsOf(outcome: Outcome, store = memory().store): Promise<readonly RunEvent[]> {
    return store.read(outcome.runId);
  }

  it("tells the same notices to whoever joins, reads or folds a run that has ended", async () => {
    const store = memory({ resumable: true }).store;
    const team = supervisor({
      name: "gate",
      agents: {
        a: says("a", { recommendation: {} }),
        b: fails("b"),
        c: says("c", { findings: [] }),
      },
      backend: { store },
    });
    const outcome = await team.run("x", { runId: "r" });
    expect(outcome.notices.length).toBeGreaterThan(0);
    const joined = await team.run("x", { runId: "r" });
    expect(joined.notices).toEqual(outcome.notices);
    const events = await eventsOf(outcome, store);
    expect(viewRun("r", events).notices).toEqual(outcome.notices);
    expect(events.filter(({ type }) => type === "notices.given")).toHaveLength(1);
  });

  it("tells them while a run waits, and once more only where they have changed", async () => {
    const store = memory({ resumable: true }).store;
    const team = supervisor({
      name: "gate",
      agents: {
        a: says("a", { recommendation: "ship" }),
        b: says("b", { recommendation: "hold" }),
        c: says("c", { notes: 1 }),
      },
      resolve: [human()],
      backend: { store },
    });
    const waiting = await team.run("x");
    expect(waiting.status).toBe("waiting");
    expect(codes(waiting)).toEqual(["info said-nothing"]);
    await team.decide(waiting.runId, { subject: "task", winner: "ship", why: "tested" });
    const decided = await team.resume(waiting.runId);
    expect(decided.status).toBe("complete");
    expect(decided.notices).toEqual(waiting.notices);
    const events = await eventsOf(decided, store);
    expect(events.filter(({ type }) => type === "notices.given")).toHaveLength(1);
  });

  it("says nothing of a run without notices", async () => {
    const store = memory({ resumable: true }).store;
    const team = supervisor({
      name: "gate",
      agents: { a: says("a", { recommendation: 1 }), b: says("b", { recommendation: 1 }) },
      backend: { store },
    });
    const events = await eventsOf(await team.run("x"), store);
    expect(events.some(({ type }) => type === "notices.given")).toBe(false);
  });
});
