import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { agent, QuorateError, supervisor, type Agent, type AgentResult } from "../../src/index.ts";
import { record, replay, scripted, virtualClock, type Step } from "../../src/testing/index.ts";

let folder = "";
let file = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cassette-"));
  file = join(folder, "team.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ship = { recommendation: "ship" };
const hold = { recommendation: "hold" };

type Any = Agent<string, never, unknown>;

async function ask(one: Any, task: unknown = "task", options: object = {}): Promise<AgentResult> {
  const agents = { [one.name]: one as never };
  const { results } = await supervisor({ name: "team", agents, ...options }).run(task as never);
  return (results as Readonly<Record<string, AgentResult>>)[one.name] as AgentResult;
}

const scriptedOnce = (...steps: readonly Step[]) =>
  scripted("asked", steps, { retries: 0, backoff: { baseMs: 0 } });
const nobody = scripted("asked", [], { retries: 3, backoff: { baseMs: 0 } });

describe("a cassette", () => {
  it("answers as the agent did, with what it used, and asks nobody", async () => {
    const usage = [
      { inputTokens: 20, outputTokens: 9, model: "mini" },
      { usdMicros: 5, inputTokens: 1, outputTokens: 1 },
    ];
    const original = scriptedOnce({ output: ship, usage });
    const first = await ask(record(file, original), { diff: "+ 1" });
    const again = await ask(replay(file, nobody), { diff: "+ 1" });
    expect(again).toMatchObject({ status: "ok", output: ship, attempts: 1 });
    expect("cost" in again && again.cost).toEqual("cost" in first && first.cost);
    expect(nobody.calls).toEqual([]);
  });

  it("gives what is asked again and again in the order in which it was asked first, also at once", async () => {
    const clock = virtualClock();
    const slow = scripted(
      "asked",
      [{ output: 1, afterMs: 30 }, { output: 2, afterMs: 10 }, { output: 3 }],
      { clock },
    );
    const recording = supervisor({ name: "team", agents: { asked: record(file, slow) }, clock });
    const running = [1, 2, 3].map(() => recording.run("same"));
    await clock.advance(30);
    const told = (await Promise.all(running)).map(
      ({ results }) => "output" in results.asked && results.asked.output,
    );
    expect(told).toEqual([1, 2, 3]);
    const replaying = supervisor({ name: "team", agents: { asked: replay(file, slow) } });
    const outcomes = await Promise.all([1, 2, 3].map(() => replaying.run("same")));
    expect(
      outcomes.map(({ results }) => "output" in results.asked && results.asked.output),
    ).toEqual([1, 2, 3]);
  });

  it("fails as the agent did: what is repeated, what comes later and what is not tried again", async () => {
    const limited = Object.assign(new Error("slow down"), {
      status: 429,
      headers: { "retry-after": "0" },
    });
    const wrong = Object.assign(new Error("no such model"), { status: 404 });
    const steps = [
      { error: limited },
      { error: Object.assign(new Error("gone"), { code: "ECONNRESET" }) },
      {
        error: new QuorateError("OUTPUT_INVALID", "it is half", { issues: [{ message: "half" }] }),
      },
      { error: wrong },
    ];
    const options = { retries: 5, backoff: { baseMs: 0 } };
    const first = await ask(record(file, scripted("asked", steps, options)));
    const again = await ask(replay(file, scripted("asked", [], options)));
    for (const result of [first, again]) {
      expect(result).toMatchObject({
        status: "failed",
        attempts: 4,
        error: { code: "AGENT_FAILED", message: expect.stringContaining("no such model") },
      });
    }
    expect(readFileSync(file, "utf8").trim().split("\n")).toHaveLength(4);
  });

  it("tells attempts apart by what was wrong with the one before", async () => {
    const output = z.object({ recommendation: z.enum(["ship", "hold"]) });
    const make = (steps: readonly Step<never>[]) =>
      scripted("asked", steps, { output, backoff: { baseMs: 0 } } as never);
    await ask(record(file, make([{ output: { recommendation: "x" } }, { output: hold }] as never)));
    expect(await ask(replay(file, make([])))).toMatchObject({ output: hold, attempts: 2 });
  });

  it("has several agents, each of which is recorded anew by itself", async () => {
    const make = (name: string, output: unknown) => scripted(name, [{ output }, { output }]);
    await ask(record(file, make("a", "old")));
    await ask(record(file, make("b", "kept")));
    await ask(record(file, make("a", "new")));
    expect(await ask(replay(file, make("a", "")))).toMatchObject({ output: "new" });
    expect(await ask(replay(file, make("b", "")))).toMatchObject({ output: "kept" });
    expect(readFileSync(file, "utf8").trim().split("\n")).toHaveLength(2);
  });

  it("has the results that an agent saw, and its fallbacks", async () => {
    const team = (via: (one: Any) => Any) => {
      const first = via(agent({ name: "first", run: () => ({ found: 7 }) }));
      const standIn = agent({ name: "stand-in", run: () => hold });
      const second = via(
        agent({
          name: "second",
          needs: { first } as never,
          fallback: standIn as never,
          retries: 0,
          run: () => Promise.reject(new Error("down")),
        }),
      );
      return supervisor({ name: "team", agents: { first, second } as never });
    };
    await team((one) => record(file, one)).run("task" as never);
    const { results } = await team((one) => replay(file, one)).run("task" as never);
    expect(results).toMatchObject({ second: { status: "ok", output: hold } });
    const lines = readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.find((line) => line.agent === "second")).toMatchObject({
      asked: { results: { first: { found: 7 } } },
    });
  });

  it("does not have an attempt that was stopped", async () => {
    const clock = virtualClock();
    const hanging = record(
      file,
      scripted("asked", [{ hangs: true }], { retries: 0, timeoutMs: 10 }),
    );
    const running = ask(hanging, "task", { clock });
    await clock.advance(10);
    expect(await running).toMatchObject({ error: { code: "TIMEOUT" } });
    expect(readFileSync(file, "utf8")).toBe("");
  });
});

describe("an attempt that is not on the cassette", () => {
  beforeEach(async () => {
    await ask(record(file, scriptedOnce({ output: ship })), { diff: "+ 1" });
  });

  it.each([
    [
      "another task",
      { diff: "+ 2" },
      'it has 1 of that agent, and none with this task; the task is {"diff":"+ 2"}',
    ],
  ])("fails and says which: %s", async (_, task, message) => {
    const result = await ask(replay(file, nobody), task);
    expect(result).toMatchObject({ status: "failed", attempts: 1 });
    expect(result.status === "failed" && result.error.message).toContain(message);
  });

  it("fails and says that there is one too many", async () => {
    const team = supervisor({ name: "team", agents: { asked: replay(file, nobody) } });
    await team.run({ diff: "+ 1" });
    const { results } = await team.run({ diff: "+ 1" });
    expect(results.asked).toMatchObject({
      error: { message: expect.stringContaining("it has 1 of them, and this is one more") },
    });
  });

  it("fails and says what is different where the task is there", async () => {
    const first = agent({ name: "first", run: () => "seen" });
    const asked = agent({ name: "asked", needs: { first }, run: () => ship });
    const team = supervisor({ name: "team", agents: { first, asked: replay(file, asked) } });
    const { results } = await team.run({ diff: "+ 1" } as never);
    expect(results.asked).toMatchObject({
      error: { message: expect.stringContaining("of which the first differs in: results") },
    });
  });
});

describe("secrets on a cassette", () => {
  const KEY = `sk-test-${"a1B2".repeat(6)}`;
  const GH = `ghp_${"a1B2".repeat(9)}`;
  beforeEach(() => {
    process.env["CASSETTE_TEST_TOKEN"] = "hunter2-hunter2";
  });
  afterEach(() => {
    delete process.env["CASSETTE_TEST_TOKEN"];
  });

  it("are none: not in what was asked, answered, or failed with, nor in names", async () => {
    const task = { note: `use ${KEY}`, [GH]: "Authorization: Bearer abcdefghijklmnop1234" };
    const failing = Object.assign(new Error(`refused ${KEY} of hunter2-hunter2`), {
      retryable: true,
    });
    const steps = [{ error: failing }, { output: { said: `hunter2-hunter2 and ${GH}` } }];
    const options = { retries: 1, backoff: { baseMs: 0 } };
    await ask(record(file, scripted("asked", steps, options)), task);
    const tape = readFileSync(file, "utf8");
    for (const secret of [KEY, GH, "hunter2", "abcdefghijklmnop1234"]) {
      expect(tape).not.toContain(secret);
    }
    const again = await ask(replay(file, scripted("asked", [], options)), task);
    expect(again).toMatchObject({ attempts: 2, output: { said: "[redacted] and [redacted]" } });
  });

  it("are what the caller says, too, and the attempt is found all the same", async () => {
    const redact = (value: unknown) =>
      JSON.parse(JSON.stringify(value).replaceAll("Ada", "somebody"));
    await ask(record(file, scriptedOnce({ output: "Ada agrees" }), { redact }), "Ask Ada.");
    expect(readFileSync(file, "utf8")).not.toContain("Ada");
    const again = await ask(replay(file, nobody, { redact }), "Ask Ada.");
    expect(again).toMatchObject({ output: "somebody agrees" });
  });
});

describe("a file that is no cassette", () => {
  const line = JSON.stringify({
    format: 1,
    agent: "asked",
    asked: { task: "task", results: {}, issues: [], tier: null, failed: [], others: [] },
    order: 0,
    used: [],
    output: 1,
  });

  it.each([
    ["is not there", undefined, /there is no cassette at .*; record it with record\(/],
    [
      "has half a line",
      line.slice(0, 40),
      /line 1 of the cassette .* is not JSON; restore it, or record it again/,
    ],
    ["is of another format", '{"format":7}', /line 1 .* is of the format 7, and this is for 1/],
    [
      "has something else on a line",
      `${line}\n{"format":1,"agent":"asked"}`,
      /line 2 .* is not an attempt of an agent/,
    ],
    ["has a list on a line", "[1]", /is of the format undefined/],
  ])("%s, which is said when it is opened", (_, text, message) => {
    if (text !== undefined) writeFileSync(file, text);
    expect(() => replay(file, nobody)).toThrow(message);
  });

  it("is not read where it is too large", () => {
    writeFileSync(file, "");
    truncateSync(file, 300 * 2 ** 20);
    expect(statSync(file).size).toBeGreaterThan(256 * 2 ** 20);
    expect(() => replay(file, nobody)).toThrow(/has 314572800 bytes, and may have 268435456/);
  });

  it("is refused with what is no agent, and with options that there are not", () => {
    const team = supervisor({ name: "team", agents: { asked: nobody } });
    expect(() => record(file, team as never)).toThrow(/give an agent; of a team, give its agents/);
    expect(() => record("", nobody)).toThrow(/file is ""/);
    expect(() => record(file, nobody, { redakt: 1 } as never)).toThrow(/did you mean redact/);
  });
});

describe("a scripted agent", () => {
  it("reports and emits what its step says", async () => {
    const one = scripted("one", [
      { output: 1, usage: { inputTokens: 3, outputTokens: 2 }, emits: ["half", { n: 1 }] },
    ]);
    const stream = supervisor({ name: "team", agents: { one } }).stream("task");
    const shown: unknown[] = [];
    for await (const event of stream) if (event.type === "call.progress") shown.push(event.value);
    expect(shown).toEqual(["half", { n: 1 }]);
    expect((await stream.outcome).results.one).toMatchObject({
      cost: { inputTokens: 3, outputTokens: 2 },
    });
  });
});
