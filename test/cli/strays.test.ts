import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sqlite } from "../../src/sqlite/index.ts";
import { folder, quorate, start, team } from "./command.ts";

const STRAYING = team("straying");

const run = (STRAY: string, cwd: string, ...flags: string[]) =>
  quorate(["run", STRAYING, "--input", "-", ...flags], cwd, '"task"', { STRAY });

/** The events of the one run there is. */
async function logIn(cwd: string) {
  await using store = sqlite({ path: join(cwd, "quorate.db") }).store;
  const [only] = await store.runs();
  return { status: only?.status, events: await store.read(only?.runId ?? "") };
}

const PLACE = String.raw`\(\S*straying\.ts, line \d+\)`;

describe("quorate run, where an agent", () => {
  it.each([
    [
      "rejects",
      `the agent "straying" left a promise behind that rejected: left red behind ${PLACE}`,
    ],
    ["rejects with nothing", 'the agent "straying" left a promise behind that rejected: undefined'],
    [
      "rejects with a hostile object",
      'the agent "straying" left a promise behind that rejected: an unprintable object',
    ],
    [
      "throws what cannot be looked at",
      'the agent "straying" threw where nobody could catch it: an unprintable object',
    ],
    [
      "throws in a timer",
      `the agent "straying" threw where nobody could catch it: too late ${PLACE}`,
    ],
    [
      "throws in an abort listener",
      `the agent "straying" threw where nobody could catch it: heard too much ${PLACE}`,
    ],
    ["throws in a worker thread", "threw where nobody could catch it: in a thread"],
    ["exits", String.raw`the agent "straying" called process\.exit\(0\) ${PLACE}`],
    [
      "exits with what cannot be looked at",
      String.raw`the agent "straying" called process\.exit\(an unprintable object\) ${PLACE}`,
    ],
    ["exits and catches that", String.raw`the agent "straying" called process\.exit\(7\) ${PLACE}`],
    ["exits in a signal handler", String.raw`called process\.exit\(0\) ${PLACE}`],
    ["listens itself", "left a promise behind that rejected: heard twice"],
  ])(
    "%s, fails the run with a sentence, and leaves a log that can be gone on with",
    async (stray, sentence) => {
      const cwd = folder();
      const { code, stdout, stderr } = await run(stray, cwd);
      expect(stderr).toMatch(new RegExp(`^quorate: .*${sentence}`));
      expect(stderr.trimEnd().split("\n")).toHaveLength(1);
      expect(code).toBe(1);
      expect(stdout.replaceAll(/\\\n\s+/g, "")).toMatch(
        /\n {2}quorate resume \S*straying\.ts [0-9a-f]{8}/,
      );
      const { status, events } = await logIn(cwd);
      expect(status).toBe("cancelled");
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
      const resumed = await quorate(["resume", STRAYING, "latest"], cwd);
      expect(resumed).toMatchObject({ code: 0, stderr: "" });
    },
  );

  it("strays, has a document of the run with --json and a stack with --debug, without what could harm", async () => {
    const { code, stdout, stderr } = await run("rejects", folder(), "--json", "--debug");
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      status: "cancelled",
      reason: expect.stringMatching(/^the agent "straying" left a promise behind/) as string,
    });
    expect(stderr).toMatch(/\n +at .*straying\.ts:\d+/);
    for (const sign of ["\u001b", "\u0007"]) expect(`${stdout}${stderr}`).not.toContain(sign);
  });

  it("strays twice at once, tells both", async () => {
    const { code, stderr } = await run("rejects twice", folder());
    expect(code).toBe(1);
    expect(stderr).toContain("the first");
    expect(stderr).toContain("the second");
  });

  it("takes away what would hear of it, still fails, and has a log without half an event", async () => {
    const cwd = folder();
    const { code, stderr } = await run("takes all listeners away", cwd);
    expect(code).toBe(1);
    expect(stderr).toContain(
      "quorate: the process was ended from within, before the command was over",
    );
    expect((await logIn(cwd)).events[0]?.type).toBe("run.started");
    expect(await quorate(["resume", STRAYING], cwd)).toMatchObject({ code: 0 });
  });

  it.each(["sets the exit code", "closes its outputs"])(
    "%s, ends as if it had not",
    async (stray) => {
      const { code, stdout, stderr } = await run(stray, folder());
      expect(stderr).toBe("");
      expect(stdout).toMatch(/\n {2}quorate show [0-9a-f]{8}\n/);
      expect(code).toBe(0);
    },
  );

  it.each(["goes elsewhere", "import goes elsewhere"])(
    "%s, has its log, and is told of, where the command was called",
    async (stray) => {
      const cwd = folder();
      const { code, stdout } = await run(stray, cwd, "--db", "own.db");
      expect(code).toBe(0);
      expect(existsSync(join(cwd, "own.db"))).toBe(true);
      expect(stdout).toMatch(/\n {2}quorate show [0-9a-f]{8} --db own\.db\n/);
      expect(await quorate(["show", "latest", "--db", "own.db"], cwd)).toMatchObject({ code: 0 });
    },
  );
});

it("quorate plan, where nothing can happen any more, says so", async () => {
  const variables = { STRAY: "routes for ever" };
  const args = ["plan", STRAYING, "--input", "-"];
  const { code, stderr } = await quorate(args, folder(), '"task"', variables);
  expect(stderr).toMatch(/^quorate: nothing can happen any more.*\n$/);
  expect(code).toBe(1);
});

describe("a team file", () => {
  it.each(["import exits", "import exits and catches that"])(
    "that %s, fails the command with a sentence",
    async (stray) => {
      const cwd = folder();
      const { code, stdout, stderr } = await run(stray, cwd);
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^quorate: code of the team called process\.exit\(0\) \(\S*straying\.ts, line \d+\)\n$/,
      );
      expect(stdout).toBe("");
      expect(existsSync(join(cwd, "quorate.db"))).toBe(false);
    },
  );

  it("that waits for what never comes, is told of by its name", async () => {
    const { code, stderr } = await run("import hangs", folder());
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^quorate: \S*straying\.ts did not finish loading: a top-level await .*\n$/,
    );
  });

  it("that keeps the process alive and does not load, is given up after a time", async () => {
    const variables = { STRAY: "import hangs with a timer", QUORATE_LOAD_MS: "20" };
    const args = ["run", STRAYING, "--input", "-"];
    const { code, stderr } = await quorate(args, folder(), '"task"', variables);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /quorate: \S*straying\.ts did not finish loading within 20 ms: a top-level await/,
    );
  });

  it("that does not load, can be left by Ctrl-C", async () => {
    const variables = { STRAY: "import hangs with a timer" };
    const loading = start(["plan", STRAYING, "--input", "-"], folder(), '"task"', variables);
    await loading.printed("hanging");
    loading.child.kill("SIGINT");
    const { code, stderr } = await loading.finished;
    expect(code).toBe(130);
    expect(stderr).toMatch(/straying\.ts did not finish loading; stopped by Ctrl-C/);
  });
});
