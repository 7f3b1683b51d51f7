import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  evaluate,
  readEvaluation,
  recordedCases,
  renderEvaluation,
  type EvalCase,
} from "../../src/eval/index.ts";
import {
  agent,
  human,
  judge,
  memory,
  supervisor,
  unanimous,
  vote,
  type ExecutorFactory,
  type JudgeQuestion,
} from "../../src/index.ts";
import { recordTruth, reliability } from "../../src/learning/index.ts";

const folder = mkdtempSync(join(tmpdir(), "quorate-eval-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const newFile = (): string => join(folder, `${++files}.jsonl`);

interface Change {
  readonly n: number;
}

/** A team of three, who say `hold` from these numbers on; `asked` hears of every call. */
function gate(
  from: readonly [number, number, number],
  asked: string[] = [],
  extra: Partial<Parameters<typeof supervisor>[0]> = {},
) {
  const reviewer = (name: string, hold: number) =>
    agent({
      name,
      run: async ({ n }: Change, { report }) => {
        asked.push(`${name} ${n}`);
        report({ usdMicros: 1_000, inputTokens: 10, outputTokens: 1 });
        return { recommendation: n >= hold ? "hold" : "ship" };
      },
    });
  return supervisor({
    name: "gate",
    agents: {
      ann: reviewer("ann", from[0]),
      bob: reviewer("bob", from[1]),
      cy: reviewer("cy", from[2]),
    },
    resolve: [unanimous(), vote()],
    ...(extra as object),
  });
}

async function allOf<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** `hold` is true from 5 on. */
const cases: readonly EvalCase<Change>[] = Array.from({ length: 10 }, (_, n) => ({
  id: `n${n}`,
  input: { n },
  truths: { task: n >= 5 ? "hold" : "ship" },
}));

const ok = (recommendation: string, cost = {}) =>
  ({ status: "ok", output: { recommendation }, ...cost }) as const;

describe("evaluate", () => {
  it("says how often a team is right, how sure it was, how often agents were asked and what that cost", async () => {
    const asked: string[] = [];
    const {
      teams,
      cases: many,
      passed,
    } = await evaluate(gate([5, 5, 7], asked), cases, { live: true });
    expect(many).toBe(10);
    expect(passed).toBeNull();
    const [team] = teams;
    expect(team?.score).toMatchObject({ truths: 10, right: 10, wrong: 0, undecided: 0 });
    expect(team?.score.accuracy.value).toBe(1);
    expect(team?.score.accuracy.low).toBeCloseTo(0.722, 3);
    expect(team?.score.brier?.value).toBeGreaterThan(0);
    expect(team?.calls).toBe(30);
    expect(team?.asked).toBe(30);
    expect(team?.spent).toMatchObject({ usdMicros: 30_000, inputTokens: 300, outputTokens: 30 });
    expect(asked).toHaveLength(30);
    expect(team?.cases[6]).toMatchObject({
      id: "n6",
      status: "complete",
      truths: [{ subject: "task", truth: "hold", status: "decided", winner: "hold", right: true }],
    });
  });

  it("scores Brier and calibration error over what was decided, by their definitions", async () => {
    const recorded = (says: readonly string[], truth: string, id: string): EvalCase<Change> => ({
      id,
      input: { n: 0 },
      truths: { task: truth },
      results: Object.fromEntries(["ann", "bob", "cy"].map((name, i) => [name, ok(says[i] ?? "")])),
    });
    const evaluation = await evaluate(gate([1, 1, 1]), [
      recorded(["ship", "ship", "hold"], "ship", "right"),
      recorded(["ship", "ship", "hold"], "hold", "wrong"),
      recorded(["a", "b", "c"], "a", "open"),
    ]);
    const [team] = evaluation.teams;
    const confidence = team?.cases[0]?.truths[0]?.confidence ?? 0;
    expect(confidence).toBeGreaterThan(0.5);
    expect(team?.score).toMatchObject({ right: 1, wrong: 1, undecided: 1 });
    expect(team?.score.brier?.value).toBeCloseTo(((1 - confidence) ** 2 + confidence ** 2) / 2, 12);
    // Both are in one bin: half of them right, with that confidence.
    expect(team?.score.ece?.value).toBeCloseTo(Math.abs(0.5 - confidence), 12);
    const { low = 0, high = 0, value = 0 } = team?.score.brier ?? {};
    expect(low).toBeLessThan(value);
    expect(high).toBeGreaterThan(value);
  });

  it("asks nobody where answers are recorded with the cases, and has what they cost then", async () => {
    const asked: string[] = [];
    const { teams } = await evaluate(gate([5, 5, 5], asked), [
      {
        input: { n: 1 },
        truths: { task: "hold" },
        results: {
          ann: ok("hold", { cost: { usdMicros: 7 } }),
          bob: ok("hold"),
          cy: { status: "failed", error: { code: "TIMEOUT", message: "cy timed out" } },
        },
      },
    ]);
    expect(asked).toEqual([]);
    expect(teams[0]).toMatchObject({ asked: 0, unrecorded: 0, incomplete: 1 });
    expect(teams[0]?.spent.atLeast?.usdMicros).toBe(7);
    expect(teams[0]?.cases[0]).toMatchObject({
      status: "partial",
      truths: [{ winner: "hold", right: true }],
      missing: [{ agent: "cy", detail: expect.stringContaining("cy timed out") as string }],
    });
  });

  it("takes what outcome.results has, and judges it anew by another chain", async () => {
    const backend = memory();
    const outcome = await gate([5, 5, 7], [], { backend }).run({ n: 6 } as never);
    const other = gate([0, 0, 0], [], { resolve: [unanimous()] });
    const { teams } = await evaluate({ vote: gate([0, 0, 0]), unanimous: other }, [
      { input: { n: 6 }, truths: { task: "hold" }, results: outcome.results as never },
    ]);
    expect(teams.map(({ name, score }) => [name, score.right, score.undecided])).toEqual([
      ["vote", 1, 0],
      ["unanimous", 0, 1],
    ]);
  });

  it("does not ask without live, and says whose answers are missing", async () => {
    const asked: string[] = [];
    const { teams } = await evaluate(gate([5, 5, 5], asked), [
      { input: { n: 6 }, truths: { task: "hold" }, results: { ann: ok("hold"), bob: ok("hold") } },
    ]);
    expect(asked).toEqual([]);
    expect(teams[0]).toMatchObject({ unrecorded: 1, incomplete: 1 });
    expect(teams[0]?.cases[0]?.unrecorded).toEqual(["cy"]);
    expect(teams[0]?.cases[0]?.missing[0]?.detail).toContain("no answer is recorded for it");
  });

  it("keeps answers in a file, so that the next evaluation asks nobody and says the same", async () => {
    const answers = newFile();
    const asked: string[] = [];
    const first = await evaluate(gate([5, 5, 7], asked), cases, { live: true, answers });
    expect(asked).toHaveLength(30);
    const again = await evaluate(gate([5, 5, 7], asked), cases, { live: true, answers });
    const replayed = await evaluate(gate([5, 5, 7], asked), cases, { answers });
    expect(asked).toHaveLength(30);
    for (const later of [again, replayed]) {
      expect(later.teams[0]?.asked).toBe(0);
      expect(later.teams[0]?.score).toEqual(first.teams[0]?.score);
      expect(later.teams[0]?.spent).toEqual(first.teams[0]?.spent);
      expect(later.teams[0]?.calls).toBe(30);
    }
  });

  it("refuses to write answers where another evaluation writes them, so that nobody pays twice", async () => {
    const answers = newFile();
    const { promise: asked, resolve: tellAsked } = Promise.withResolvers<void>();
    const { promise: mayAnswer, resolve: answer } = Promise.withResolvers<void>();
    const slow = agent({
      name: "slow",
      run: async ({ n }: Change) => {
        tellAsked();
        await mayAnswer;
        return { recommendation: n > 1 ? "hold" : "ship" };
      },
    });
    const team = supervisor({ name: "team", agents: { slow } });
    const one = [{ input: { n: 1 }, truths: { task: "ship" } }];
    const first = evaluate(team, one, { live: true, answers });
    await asked;
    await expect(evaluate(team, one, { live: true, answers })).rejects.toMatchObject({
      code: "BAD_OPTIONS",
      message: expect.stringContaining(`process ${process.pid} on`) as string,
    });
    // Who only reads is not kept out.
    const { teams } = await evaluate(team, one, { answers });
    expect(teams[0]?.incomplete).toBe(1);
    answer();
    await first;
    expect(existsSync(`${answers}.lock`)).toBe(false);
    await expect(evaluate(team, one, { live: true, answers })).resolves.toMatchObject({ cases: 1 });
  });

  it("takes over what a process has left that died as it wrote answers, and nothing of another machine's", async () => {
    const answers = newFile();
    const { pid } = spawnSync(process.execPath, ["--version"]);
    const cases = [{ input: { n: 6 }, truths: { task: "hold" } }];
    const left = (host: string): void =>
      writeFileSync(`${answers}.lock`, JSON.stringify({ pid, host }));
    left(hostname());
    await evaluate(gate([5, 5, 5]), cases, { live: true, answers });
    expect(existsSync(`${answers}.lock`)).toBe(false);
    left("another.example");
    await expect(evaluate(gate([5, 5, 5]), cases, { live: true, answers })).rejects.toThrow(
      `process ${pid} on another.example, writes to the file of answers ${answers}`,
    );
  });

  it("asks an agent of another version anew, and none of the others", async () => {
    const answers = newFile();
    const asked: string[] = [];
    const says = (name: string, version: string) =>
      agent({
        name,
        version,
        run: async ({ n }: Change) => {
          asked.push(`${name}@${version}`);
          return { recommendation: n > 1 ? "hold" : "ship" };
        },
      });
    const team = (version: string) =>
      supervisor({ name: "t", agents: { ann: says("ann", "1"), bob: says("bob", version) } });
    const few = cases.slice(0, 2);
    await evaluate(team("1"), few, { live: true, answers });
    asked.length = 0;
    const { teams } = await evaluate(team("2"), few, { live: true, answers });
    expect(asked).toEqual(["bob@2", "bob@2"]);
    expect(teams[0]?.asked).toBe(2);
  });

  it("asks once where two teams, or two places of one, are asked the same", async () => {
    const asked: string[] = [];
    const shared = agent({
      name: "shared",
      run: async ({ n }: Change) => {
        asked.push(`shared ${n}`);
        return { recommendation: "hold" };
      },
    });
    const nested = supervisor({ name: "nested", agents: { shared } });
    const outer = supervisor({ name: "outer", agents: { shared, nested } });
    const { teams } = await evaluate(
      { outer, alone: supervisor({ name: "alone", agents: { shared } }) },
      cases,
      {
        live: true,
      },
    );
    expect(asked).toHaveLength(10);
    expect(teams.map((team) => team.asked)).toEqual([10, 0]);
  });

  it("keeps no failure: it is asked again the next time", async () => {
    const answers = newFile();
    let fails = true;
    let calls = 0;
    const flaky = supervisor({
      name: "flaky",
      retries: 0,
      agents: {
        ann: agent({
          name: "ann",
          run: async (_task: Change) => {
            calls++;
            if (fails) throw new Error("no");
            return { recommendation: "hold" };
          },
        }),
      },
    });
    const [one] = cases;
    const first = await evaluate(flaky, [one as EvalCase<Change>], { live: true, answers });
    expect(first.teams[0]?.cases[0]).toMatchObject({ status: "failed", asked: 1 });
    fails = false;
    const second = await evaluate(flaky, [one as EvalCase<Change>], { live: true, answers });
    expect(second.teams[0]?.cases[0]).toMatchObject({ status: "complete", asked: 1 });
    expect(calls).toBe(2);
  });

  it("keeps what a judge said, and asks it anew where its question is another", async () => {
    const answers = newFile();
    const asked: string[] = [];
    const chief = agent({
      name: "chief",
      run: async ({ options }: JudgeQuestion) => {
        asked.push("chief");
        return { choice: options.find(({ position }) => position === "hold")?.id ?? "A" };
      },
    });
    const team = (hold: number) =>
      supervisor({
        name: "judged",
        agents: Object.fromEntries(
          ["ann", "bob"].map((name, i) => [
            name,
            agent({
              name,
              version: `${hold}`,
              run: async ({ n }: Change) => ({
                recommendation: i === 0 ? `${hold}` : n > 0 ? "ship" : "hold",
              }),
            }),
          ]),
        ) as never,
        resolve: [unanimous(), judge({ ask: chief })],
      });
    const one = [{ input: { n: 1 }, truths: { task: "ship" } }] as never;
    await evaluate(team(1) as never, one, { live: true, answers });
    const before = asked.length;
    expect(before).toBeGreaterThan(0);
    await evaluate(team(1) as never, one, { live: true, answers });
    expect(asked).toHaveLength(before);
    await evaluate(team(2) as never, one, { live: true, answers });
    expect(asked.length).toBeGreaterThan(before);
  });

  it("names what was right in the baseline and is not now, and what was won", async () => {
    const before = await evaluate(gate([5, 5, 5]), cases, { live: true });
    const worse = await evaluate(gate([6, 6, 6]), cases, {
      live: true,
      baseline: JSON.parse(renderEvaluation(before, "json")) as never,
    });
    expect(worse.passed).toBe(false);
    expect(worse.against).toEqual([
      "1 of 10 truths were right in the baseline and are not now; none may be",
    ]);
    const [team] = worse.teams;
    expect(team?.comparison).toMatchObject({
      truths: 10,
      regressions: [
        {
          id: "n5",
          subject: "task",
          truth: "hold",
          before: { winner: "hold" },
          now: { winner: "ship" },
        },
      ],
      improvements: [],
      p: 1,
      accuracy: { before: 1, now: 0.9 },
      calls: { before: 30, now: 30 },
      usdMicros: { before: 30_000, now: 30_000 },
      onlyNow: 0,
      onlyBefore: 0,
    });
    const better = await evaluate(gate([5, 5, 5]), cases, { live: true, baseline: worse });
    expect(better.passed).toBe(true);
    expect(better.teams[0]?.comparison?.improvements.map(({ id }) => id)).toEqual(["n5"]);
    const tolerated = await evaluate(gate([6, 6, 6]), cases, {
      live: true,
      baseline: before,
      tolerate: 1,
    });
    expect(tolerated.passed).toBe(true);
  });

  it("compares only truths that both have and that are the same, and says how many are not", async () => {
    const before = await evaluate(gate([5, 5, 5]), cases, { live: true });
    const changed = [
      ...cases.slice(1, 9),
      { id: "n9", input: { n: 9 }, truths: { task: "ship" } },
      { id: "new", input: { n: 20 }, truths: { task: "ship" } },
    ];
    const { teams, passed } = await evaluate(gate([5, 5, 5]), changed, {
      live: true,
      baseline: before,
    });
    expect(passed).toBe(true);
    expect(teams[0]?.comparison).toMatchObject({
      truths: 8,
      regressions: [],
      onlyNow: 1,
      onlyBefore: 1,
      otherTruths: 1,
    });
  });

  it("does not pass below minAccuracy, nor where the baseline has no such team", async () => {
    const low = await evaluate(gate([0, 0, 0]), cases, { live: true, minAccuracy: 0.6 });
    expect(low.passed).toBe(false);
    expect(low.against).toEqual(["5 of 10 truths are right, which is less than 0.6"]);
    const other = await evaluate({ other: gate([5, 5, 5]) }, cases, { live: true, baseline: low });
    expect(other.against).toEqual(['the baseline has no team "other"; it has "gate"']);
  });

  it("holds the budget over all cases of a team", async () => {
    const asked: string[] = [];
    const dear = supervisor({
      name: "dear",
      agents: {
        ann: agent({
          name: "ann",
          maxCost: { usd: 1 },
          run: async ({ n }: Change, { report }) => {
            asked.push(`${n}`);
            report({ usdMicros: 1_000_000 });
            return { recommendation: "hold" };
          },
        }),
      },
    });
    const { teams } = await evaluate(dear, cases, { live: true, budgetUsd: 3 });
    expect(asked).toHaveLength(3);
    expect(teams[0]?.incomplete).toBe(7);
    expect(teams[0]?.spent.usdMicros).toBe(3_000_000);
  });

  it("goes on after it was stopped, and asks nobody twice", async () => {
    const answers = newFile();
    const asked: string[] = [];
    const stopping = new AbortController();
    await expect(
      evaluate(gate([5, 5, 5], asked), cases, {
        live: true,
        answers,
        atOnce: 1,
        signal: stopping.signal,
        onCase: ({ id }) => {
          if (id === "n3") stopping.abort(new Error("enough"));
        },
      }),
    ).rejects.toThrow("enough");
    const before = asked.length;
    expect(before).toBeLessThan(30);
    await evaluate(gate([5, 5, 5], asked), cases, { live: true, answers });
    expect(asked).toHaveLength(30);
    expect(new Set(asked).size).toBe(30);
  });

  it("takes off a last line that a process died in, and refuses any other that is no answer", async () => {
    const answers = newFile();
    const asked: string[] = [];
    const two = cases.slice(0, 2);
    await evaluate(gate([5, 5, 5], asked), two, { live: true, answers });
    const whole = readFileSync(answers, "utf8");
    writeFileSync(answers, whole.slice(0, -20));
    await evaluate(gate([5, 5, 5], asked), two, { live: true, answers });
    expect(asked).toHaveLength(7);
    expect(
      readFileSync(answers, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as object),
    ).toHaveLength(6);
    appendFileSync(answers, '{"format":2}\n');
    await expect(evaluate(gate([5, 5, 5]), two, { answers })).rejects.toMatchObject({
      code: "BAD_OPTIONS",
      message: expect.stringMatching(
        /line 7 of the file of answers .* is of the format 2/,
      ) as string,
    });
  });

  it("asks an executor that begins an attempt of one id once, in every evaluation anew", async () => {
    const begun = new Set<string>();
    const told: string[] = [];
    const elsewhere: ExecutorFactory = () => ({
      start(attempt) {
        const { attemptId } = attempt.toJSON();
        if (begun.has(attemptId)) return;
        begun.add(attemptId);
        attempt.hear({ type: "started" });
        attempt.hear({ type: "answer", output: "hold", stopped: true });
      },
      cancel: (attemptId) => void told.push(attemptId),
      close: () => void told.push("closed"),
    });
    const team = gate([5, 5, 5], [], { executor: elsewhere });
    for (let i = 0; i < 2; i++) {
      const { teams } = await evaluate(team, cases.slice(5), { live: true });
      expect(teams[0]?.score.right).toBe(5);
    }
    expect(begun.size).toBe(30);
    expect(told).toEqual(["closed", "closed"]);
  });

  it("tells of a run that was refused as a case with its error, and of the others all the same", async () => {
    const asked: string[] = [];
    const team = gate([5, 5, 5], asked, {
      route: ((task: Change) => (task.n === 0 ? ["nobody"] : ["ann"])) as never,
    });
    const { teams } = await evaluate(team, cases.slice(0, 2), { live: true });
    expect(teams[0]?.cases.map(({ status }) => status)).toEqual(["error", "complete"]);
    expect(teams[0]?.cases[0]?.error).toContain("nobody");
    expect(teams[0]?.score.undecided).toBe(1);
  });

  it("waits for no person: what one is asked is open", async () => {
    const team = gate([0, 0, 9], [], { resolve: [unanimous(), human()] });
    const { teams } = await evaluate(team, [cases[5] as EvalCase<Change>], { live: true });
    expect(teams[0]?.cases[0]).toMatchObject({
      status: "waiting",
      truths: [{ status: "waiting" }],
    });
    expect(teams[0]?.score.undecided).toBe(1);
  });

  it("counts a finding that nobody reports as absent", async () => {
    const board = supervisor({
      name: "board",
      agents: {
        ann: agent({
          name: "ann",
          run: async (_task: Change) => ({ findings: [{ text: "a leak" }] }),
        }),
        bob: agent({
          name: "bob",
          run: async (_task: Change) => ({ findings: [{ text: "a leak" }] }),
        }),
      },
    });
    const truths = { "a leak": "present", "a race": "absent", "a typo": "present" };
    const { teams } = await evaluate(board, [{ input: { n: 1 }, truths }], { live: true });
    expect(teams[0]?.cases[0]?.truths.map(({ status, right }) => [status, right])).toEqual([
      ["unanimous", true],
      ["none", true],
      ["none", false],
    ]);
  });

  it("leaves the team's own backend alone, and goes by what was learned only where it is told", async () => {
    const backend = memory();
    const teach = gate([5, 5, 0], [], {
      backend,
      resolve: [reliability({ labels: "fixed" }), unanimous(), vote()],
    });
    for (let n = 0; n < 12; n++) {
      const { runId } = await teach.run({ n } as never);
      await recordTruth(backend, runId, "task", "hold");
    }
    const runs = (await backend.store.runs()).length;
    const contested = [{ id: "x", input: { n: 2 }, truths: { task: "hold" } }];
    const untaught = await evaluate(teach, contested, { live: true });
    const taught = await evaluate(teach, contested, { live: true, history: backend });
    expect(untaught.teams[0]?.cases[0]?.truths[0]?.winner).toBe("ship");
    expect(taught.teams[0]?.cases[0]?.truths[0]?.winner).toBe("hold");
    expect((await backend.store.runs()).length).toBe(runs);
  });

  it("refuses what is no team, no case, no baseline, two cases of one id, and options that there are not", async () => {
    const team = gate([5, 5, 5]);
    const refused = async (work: Promise<unknown>): Promise<string> =>
      work.then(
        () => "was taken",
        (error: Error & { code?: string }) => `${error.code}: ${error.message}`,
      );
    expect(await refused(evaluate({} as never, cases))).toMatch(
      /^BAD_OPTIONS: .*give a supervisor/,
    );
    expect(await refused(evaluate({ a: 1 } as never, cases))).toMatch(
      /^BAD_OPTIONS: evaluate: a is 1/,
    );
    expect(await refused(evaluate(team, []))).toMatch(/^INPUT_INVALID: there are no cases/);
    expect(await refused(evaluate(team, 3 as never))).toMatch(/^BAD_OPTIONS/);
    expect(await refused(evaluate(team, [{ input: { n: 1 }, truths: {} }]))).toMatch(
      /^INPUT_INVALID: case 1 has no truths/,
    );
    expect(await refused(evaluate(team, [{ truths: { task: 1 } } as never]))).toMatch(
      /^INPUT_INVALID: case 1 has no input/,
    );
    expect(await refused(evaluate(team, [{ ...cases[0], truth: 1 } as never]))).toMatch(
      /^BAD_OPTIONS: case 1 has no option "truth"; did you mean truths/,
    );
    expect(
      await refused(
        evaluate(team, [
          { ...(cases[0] as EvalCase<Change>), results: { ann: { output: 1 } } as never },
        ]),
      ),
    ).toMatch(/^INPUT_INVALID: case 1: the result of "ann"/);
    expect(await refused(evaluate(team, [cases[0], cases[0]] as never))).toMatch(
      /^INPUT_INVALID: case 2 has the id "n0" of case 1/,
    );
    expect(
      await refused(
        evaluate(team, [
          { input: { n: 1 }, truths: { task: 1 } },
          { input: { n: 1 }, truths: { task: 2 } },
        ]),
      ),
    ).toMatch(/^INPUT_INVALID: case 2 has the id/);
    expect(await refused(evaluate(team, cases, { liev: true } as never))).toMatch(
      /did you mean live/,
    );
    expect(await refused(evaluate(team, cases, { baseline: { schema: "x" } as never }))).toMatch(
      /^BAD_OPTIONS: evaluate: baseline has the schema "x"/,
    );
    expect(() => readEvaluation(JSON.parse('{"schema":"quorate-eval/1","teams":[{}]}'))).toThrow(
      /a team that is not/,
    );
  });
});

describe("a rendered evaluation", () => {
  it("says in Markdown and in JUnit which truths were lost, as texts that do nothing", async () => {
    const hostile = [{ id: "@everyone <b>", input: { n: 5 }, truths: { task: "hold" } }];
    const before = await evaluate(gate([5, 5, 5]), hostile, { live: true });
    const lost = await evaluate(gate([6, 6, 6]), hostile, { live: true, baseline: before });
    const md = renderEvaluation(lost, "md");
    expect(md).toContain("**Does not pass. 1 case, 1 truth.**");
    expect(md).toContain("- `@everyone <b>`, task: `hold` is true; `hold` before, `ship` now");
    const junit = renderEvaluation(lost, "junit");
    expect(junit).toContain(
      '<testcase name="@everyone &lt;b&gt;: task" classname="gate" time="0.000">',
    );
    expect(junit).toContain('<failure type="regression"');
    expect(() => renderEvaluation(lost, "html" as never)).toThrow(/use "md", "json" or "junit"/);
  });
});

describe("recordedCases", () => {
  it("gives runs whose truths are known as cases, which replay without a call to the same verdicts", async () => {
    const backend = memory({ resumable: true });
    const asked: string[] = [];
    const chief = agent({
      name: "chief",
      run: async ({ options }: JudgeQuestion) => {
        asked.push("chief");
        return { choice: options.find(({ position }) => position === "hold")?.id ?? "A" };
      },
    });
    const inner = supervisor({ name: "inner", agents: gate([2, 9, 9], asked).agents });
    const team = supervisor({
      name: "outer",
      agents: {
        inner,
        dan: agent({ name: "dan", run: async (_task: Change) => ({ recommendation: "hold" }) }),
      },
      resolve: [unanimous(), judge({ ask: chief })],
      backend,
    });
    const winners: unknown[] = [];
    for (const n of [1, 3]) {
      const { runId, verdict } = await team.run({ n });
      winners.push(verdict?.winner);
      await recordTruth(backend, runId, "task", "hold");
    }
    const made = await allOf(recordedCases(backend, { supervisor: "outer" }));
    expect(made).toHaveLength(2);
    const written = made.map((one) => JSON.parse(JSON.stringify(one.case)) as EvalCase<Change>);
    expect(Object.keys(written[0]?.results ?? {})).toContain("inner/ann");
    const before = asked.length;
    const { teams } = await evaluate(team, written.toReversed());
    expect(asked).toHaveLength(before);
    expect(teams[0]).toMatchObject({ asked: 0, unrecorded: 0, incomplete: 0 });
    expect(teams[0]?.cases.map(({ truths }) => truths[0]?.winner)).toEqual(winners);
  });

  it("leaves out runs whose task was redacted, with the reason", async () => {
    const backend = memory();
    const team = supervisor({
      name: "secret",
      agents: {
        ann: agent({
          name: "ann",
          run: async (_task: { token: string }) => ({ recommendation: "hold" }),
        }),
      },
      redact: ["token"],
      backend,
    });
    const { runId } = await team.run({ token: "a secret that nobody sees" });
    await recordTruth(backend, runId, "task", "hold");
    const [made] = await allOf(recordedCases(backend));
    expect(made).toEqual({ runId, leftOut: "its task was redacted" });
  });
});
