import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { claude, codex, gemini, opencode, type Tools } from "../../src/command/index.ts";
import { supervisor } from "../../src/index.ts";
import {
  ask,
  failureOf,
  play,
  roll,
  isAlive,
  testFolder,
  told,
  watchTemporaryFolders,
} from "./play.ts";

const folder = testFolder();
watchTemporaryFolders();

const Review = z.object({ recommendation: z.enum(["ship", "hold"]), reasons: z.array(z.string()) });
const hold = { recommendation: "hold", reasons: ["eval on input"] };
const answer = JSON.stringify(hold);

const project = join(folder, "project");
mkdirSync(project);
writeFileSync(join(project, "source.ts"), "");

/** A program that plays a coding agent, and what it tells of how it was started. */
function fake(
  stdout: string,
  { exit = 0, stderr = "" } = {},
): {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
  readonly seen: () => Seen;
} {
  const command = join(folder, "coding-agent");
  if (!existsSync(command)) {
    const program = join(import.meta.dirname, "processes/coding-agent.ts");
    writeFileSync(
      command,
      `#!/bin/sh\nexec "${process.execPath}" --no-warnings "${program}" "$@"\n`,
    );
    chmodSync(command, 0o755);
  }
  const record = join(folder, "record.json");
  const env = {
    FAKE_RECORD: record,
    FAKE_STDOUT: stdout,
    FAKE_STDERR: stderr,
    FAKE_EXIT: String(exit),
  };
  return { command, env, seen: () => JSON.parse(readFileSync(record, "utf8")) as Seen };
}

interface Seen {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly names: readonly string[];
  readonly stdin: string;
  readonly files: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
}

const lines = (...documents: readonly unknown[]): string =>
  documents.map((one) => `${JSON.stringify(one)}\n`).join("");

/** What stands after an option; all of it where it stands more than once. */
const after = ({ args }: Seen, option: string): readonly (string | undefined)[] =>
  args.flatMap((arg, index) => (arg === option ? [args[index + 1]] : []));

const result = (more: object): string =>
  JSON.stringify({
    type: "result",
    subtype: "success",
    is_error: false,
    num_turns: 2,
    result: answer,
    total_cost_usd: 0.00026100000000000006,
    permission_denials: [],
    usage: { input_tokens: 20, cache_read_input_tokens: 5, output_tokens: 9 },
    modelUsage: {
      "claude-x": {
        inputTokens: 20,
        outputTokens: 9,
        cacheReadInputTokens: 5,
        costUSD: 0.00026100000000000006,
      },
    },
    ...more,
  });
const events = lines(
  { type: "thread.started", thread_id: "t" },
  {
    type: "item.completed",
    item: { id: "item_0", type: "error", message: "Model metadata for `m` not found." },
  },
  { type: "turn.started" },
  { type: "item.completed", item: { id: "item_1", type: "agent_message", text: answer } },
  {
    type: "turn.completed",
    usage: {
      input_tokens: 20,
      cached_input_tokens: 5,
      cache_write_input_tokens: 0,
      output_tokens: 9,
      reasoning_output_tokens: 3,
    },
  },
);
const response = JSON.stringify({
  session_id: "s",
  response: `Here:\n\`\`\`json\n${answer}\n\`\`\``,
  stats: {
    models: {
      "gemini-x": {
        tokens: {
          input: 15,
          prompt: 20,
          candidates: 6,
          total: 29,
          cached: 5,
          thoughts: 3,
          tool: 0,
        },
      },
    },
    tools: {},
  },
});
const steps = lines(
  { type: "step_start", sessionID: "s", part: { messageID: "m1", type: "step-start" } },
  { type: "text", sessionID: "s", part: { messageID: "m0", type: "text", text: "I look at it." } },
  { type: "text", sessionID: "s", part: { messageID: "m1", type: "text", text: answer } },
  {
    type: "step_finish",
    sessionID: "s",
    part: {
      messageID: "m1",
      type: "step-finish",
      tokens: { total: 29, input: 15, output: 6, reasoning: 3, cache: { write: 0, read: 5 } },
      cost: 0,
    },
  },
);

const tokens = { inputTokens: 20, outputTokens: 9 };
const PRESETS = [
  {
    make: claude,
    name: "claude",
    printed: result({ structured_output: hold }),
    cost: { inputTokens: 25, outputTokens: 9, usdMicros: 261 },
  },
  { make: codex, name: "codex", printed: events, cost: { ...tokens, usdMicros: "unknown" } },
  { make: gemini, name: "gemini", printed: response, cost: { ...tokens, usdMicros: "unknown" } },
  { make: opencode, name: "opencode", printed: steps, cost: { ...tokens, usdMicros: "unknown" } },
] as const;

describe.each(PRESETS)("$name", ({ make, name, printed, cost }) => {
  it("is asked on its standard input, and its answer, tokens and cost are read", async () => {
    const { command, env, seen } = fake(printed);
    const one = make({ command, env, output: Review, model: "some/model" });
    expect(one.name).toBe(name);
    const task = '--danger "quoted" $(touch pwned)';
    expect(await ask(one, task)).toMatchObject({ status: "ok", output: hold, cost, attempts: 1 });
    expect(seen().stdin.startsWith(task)).toBe(true);
    expect(seen().args.join(" ")).not.toContain("danger");
    expect(seen().args).toContain("some/model");
  });

  it("works in an empty folder and sees no variable but its own, where nobody says otherwise", async () => {
    process.env["QUORATE_TEST_SECRET"] = "secret";
    try {
      const { command, env, seen } = fake(printed);
      expect((await ask(make({ command, env, output: Review, cwd: project }))).status).toBe("ok");
      // Gemini is told there that it repeats nothing.
      expect(seen().names).toEqual(name === "gemini" ? [".gemini"] : []);
      expect(seen().env).not.toHaveProperty("QUORATE_TEST_SECRET");
    } finally {
      delete process.env["QUORATE_TEST_SECRET"];
    }
  });

  it("answers with a text where it has no schema", async () => {
    const { command, env, seen } = fake(name === "claude" ? result({}) : printed);
    const said = await ask(make({ command, env }), "task");
    expect(said).toMatchObject({ output: expect.stringContaining(answer) });
    expect(seen().stdin).toBe("task");
  });

  it("asks the model of its tier", async () => {
    const { command, env, seen } = fake(printed);
    const agents = { [name]: make({ command, env, output: Review, model: "own/one" }) };
    await supervisor({ name: "team", agents, tiers: { small: "small/one" } }).run("task" as never);
    expect(seen().args).toContain("small/one");
    expect(seen().args).not.toContain("own/one");
  });

  it("is refused with a model that looks like an option, and with tools that there are not", () => {
    expect(() => make({ model: "--yolo" })).toThrow("is not the name of a model");
    expect(() => make({ tools: "all" as Tools })).toThrow(
      'tools is "all"; use "none", "read" or "write"',
    );
    expect(() => make({ tolls: "read" } as never)).toThrow('no option "tolls"');
  });

  it("says how to install it where it is not there, and is not tried again", async () => {
    const failed = await failureOf(make({ command: `no-such-${name}` }));
    expect(failed.message).toMatch(
      /there is no such program on its PATH; install it with npm install --global \S+, or give/,
    );
    expect(failed.attempts).toBe(1);
  });

  it("fails where it prints nothing that can be read", async () => {
    const { command, env } = fake("{", { exit: 0 });
    expect((await failureOf(make({ command, env, retries: 0 }))).code).toBe("OUTPUT_INVALID");
    const crashed = fake("", { exit: 3, stderr: "panic" });
    const failed = await failureOf(
      make({ command: crashed.command, env: crashed.env, retries: 0 }),
    );
    expect(failed.message).toMatch(
      /exited with 3, which is not listed as an answer; .*it printed: panic/,
    );
  });

  it("is ended with its processes when its attempt is cancelled", async () => {
    const list = roll(folder);
    const { command, args } = play("fork", list.file);
    const script = join(folder, `hanging-${name}`);
    writeFileSync(
      script,
      `#!/bin/sh\nexec ${[command, ...args].map((arg) => `"${arg}"`).join(" ")}\n`,
      { mode: 0o755 },
    );
    const controller = new AbortController();
    const run = ask(make({ command: script, graceMs: 500 }), "task", { signal: controller.signal });
    await told(list, 2);
    controller.abort(new Error("enough"));
    await expect(run).rejects.toThrow("enough");
    expect(list.pids().filter(isAlive)).toEqual([]);
  });
});

describe("the arguments of the presets", () => {
  const started = async (
    make: typeof claude,
    printed: string,
    options: object = {},
  ): Promise<Seen> => {
    const { command, env, seen } = fake(printed);
    const made = make({ command, env, output: Review, cwd: project, ...options } as never);
    expect((await ask(made as never)).status).toBe("ok");
    return seen();
  };

  it("of claude give it no tools and no settings, the schema, and a budget", async () => {
    const printed = result({ structured_output: hold });
    const seen = await started(claude, printed, { maxCost: { usd: 0.5 }, model: "opus" });
    expect(seen.args.slice(0, 4)).toEqual(["--bare", "-p", "--output-format", "json"]);
    expect(after(seen, "--tools")).toEqual([""]);
    expect(after(seen, "--permission-mode")).toEqual(["dontAsk"]);
    expect(after(seen, "--max-budget-usd")).toEqual(["0.5"]);
    expect(after(seen, "--model")).toEqual(["opus"]);
    expect(seen.args).toContain("--no-session-persistence");
    expect(JSON.parse(after(seen, "--json-schema")[0] ?? "")).toMatchObject({
      required: ["recommendation", "reasons"],
    });
    expect(seen.env).toMatchObject({
      DISABLE_AUTOUPDATER: "1",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    });
    const own = await started(claude, printed, { login: "account", tools: "read" });
    expect(own.args).not.toContain("--bare");
    expect(after(own, "--setting-sources")).toEqual([""]);
    expect([after(own, "--tools"), own.cwd]).toEqual([["Read,Grep,Glob"], project]);
    const writing = await started(claude, printed, { tools: "write" });
    expect(after(writing, "--tools")).toEqual(["Read,Grep,Glob,Edit,Write"]);
    expect([writing.names, writing.cwd === project]).toEqual([["source.ts"], false]);
  });

  it("of codex switch its shell off, or keep it in a sandbox, and hand it the schema as a file", async () => {
    const seen = await started(codex as never, events, { args: ["-c", "model_provider=x"] });
    expect(seen.args.slice(0, 5)).toEqual([
      "exec",
      "--json",
      "--ephemeral",
      "--ignore-user-config",
      "--skip-git-repo-check",
    ]);
    expect(after(seen, "-s")).toEqual(["read-only"]);
    expect(after(seen, "-c")).toContain("features.shell_tool=false");
    expect(seen.args.slice(-2)).toEqual(["-c", "model_provider=x"]);
    const [path = ""] = after(seen, "--output-schema");
    expect(JSON.parse(seen.files[path] ?? "")).toMatchObject({ additionalProperties: false });
    expect(existsSync(path)).toBe(false);
    const reading = await started(codex as never, events, { tools: "read" });
    expect([after(reading, "-s"), reading.cwd]).toEqual([["read-only"], project]);
    expect(after(reading, "-c")).not.toContain("features.shell_tool=false");
    const writing = await started(codex as never, events, { tools: "write" });
    expect([after(writing, "-s"), writing.cwd === project]).toEqual([["workspace-write"], false]);
  });

  it("of codex leave a schema with open properties to the prompt", async () => {
    const open = Review.extend({ note: z.string().optional() });
    const seen = await started(codex as never, events, { output: open });
    expect(seen.args).not.toContain("--output-schema");
    expect(seen.stdin).toContain('"note"');
  });

  it("of gemini refuse every tool that is not permitted, and keep it away from the settings of a project", async () => {
    const seen = await started(gemini as never, response);
    expect(after(seen, "--approval-mode")).toEqual(["plan"]);
    expect(after(seen, "--include-directories")).toEqual([]);
    expect(seen.stdin).toContain("JSON Schema");
    expect(Object.values(seen.files)).toEqual([
      '[[rule]]\ntoolName = "*"\ndecision = "deny"\npriority = 100\n',
    ]);
    const reading = await started(gemini as never, response, { tools: "read" });
    expect(after(reading, "--include-directories")).toEqual([project]);
    expect(reading.names).toEqual([".gemini"]);
    expect(Object.values(reading.files)[0]).toContain('"read_file"');
    expect(Object.values(reading.files)[0]).not.toContain('"write_file"');
  });

  it("of opencode permit nothing but what is asked for, by its environment", async () => {
    const seen = await started(opencode as never, steps);
    expect(seen.args).toEqual(["run", "--format", "json", "--pure", "--title", "quorate"]);
    expect(seen.env).toMatchObject({
      OPENCODE_PERMISSION: '{"*":"deny"}',
      OPENCODE_DISABLE_PROJECT_CONFIG: "1",
    });
    const reading = await started(opencode as never, steps, { tools: "read" });
    expect(JSON.parse(reading.env["OPENCODE_PERMISSION"] ?? "")).toMatchObject({
      "*": "deny",
      read: "allow",
    });
    expect(JSON.parse(reading.env["OPENCODE_PERMISSION"] ?? "")).not.toHaveProperty("edit");
  });
});

describe("what a preset fails with", () => {
  const failed = async (
    make: typeof claude,
    printed: string,
    more: object,
  ): ReturnType<typeof failureOf> => {
    const { command, env } = fake(printed, more);
    return failureOf(make({ name: "design", command, env } as never) as never);
  };

  it("is a missing login, in a sentence with the command that mends it, and is not tried again", async () => {
    const noKey = result({ is_error: true, result: "Not logged in · Please run /login" });
    const all = [
      await failed(claude, noKey, { exit: 1 }),
      await failed(
        codex as never,
        lines({ type: "turn.failed", error: { message: "Missing environment variable: `K`." } }),
        { exit: 1 },
      ),
      await failed(gemini as never, "", {
        exit: 41,
        stderr: '{"error":{"type":"Error","message":"Please set an Auth method","code":41}}',
      }),
      await failed(
        opencode as never,
        lines({ type: "error", error: { name: "ProviderAuthError", data: { message: "no key" } } }),
        { exit: 1 },
      ),
    ];
    expect(all.map(({ message }) => message)).toEqual([
      'design: claude is not logged in; set ANTHROPIC_API_KEY, or log in with the command "claude" and use claude({ login: "account" })',
      'design: codex is not logged in; run "codex login", or set CODEX_API_KEY',
      'design: gemini is not logged in; set GEMINI_API_KEY, or run "gemini" once and choose how to log in',
      'design: opencode is not logged in to the provider of its model; run "opencode auth login", or set the key of the provider',
    ]);
    expect(all.map(({ attempts }) => attempts)).toEqual([1, 1, 1, 1]);
  });

  it("is what its service says, whose status decides whether it is tried again", async () => {
    const error = (status: number): string =>
      result({ is_error: true, result: `API Error: ${status}`, api_error_status: status });
    expect(await failed(claude, error(400), { exit: 1 })).toMatchObject({
      message: "design: API Error: 400",
      attempts: 1,
    });
    expect(await failed(claude, error(500), { exit: 1 })).toMatchObject({ attempts: 2 });
    const ended = result({ subtype: "error_during_execution", result: undefined });
    expect((await failed(claude, ended, {})).message).toBe(
      "design: it ended with error_during_execution",
    );
  });

  it("is no answer of the shape, where claude has asked its model again and again", async () => {
    const turns = result({ subtype: "error_max_turns", result: undefined });
    expect(await failed(claude, turns, {})).toMatchObject({ code: "OUTPUT_INVALID" });
  });

  it("is charged all the same", async () => {
    const { command, env } = fake(result({ result: "no JSON at all", structured_output: null }));
    const one = claude({ command, env, output: Review, retries: 0 });
    expect(await ask(one)).toMatchObject({
      status: "failed",
      error: { code: "OUTPUT_INVALID" },
      cost: { usdMicros: 261 },
    });
  });

  it("opencode is not started where it would run what somebody has put into its folder", async () => {
    const cwd = join(folder, "odd", "deep");
    mkdirSync(join(folder, "odd", ".opencode"), { recursive: true });
    mkdirSync(cwd);
    const { command, env } = fake("");
    const failure = await failureOf(opencode({ command, env, cwd, tools: "read", retries: 3 }));
    expect(failure).toMatchObject({
      attempts: 1,
      message: expect.stringContaining(
        `opencode would run the plugins of "${join(folder, "odd", ".opencode")}", and no option prevents that`,
      ),
    });
  });
});
