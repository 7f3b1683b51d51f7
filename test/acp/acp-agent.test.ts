import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { acpAgent, type PermissionRequest } from "../../src/acp/index.ts";
import { supervisor, type Agent, type AgentResult } from "../../src/index.ts";
import { isAlive, roll, testFolder, told, watchTemporaryFolders } from "../command/play.ts";
import { acpPeer, type AcpNature, type AcpPeer, type AcpStep } from "./acp-peer.ts";

const folder = testFolder();
watchTemporaryFolders();

const HOLD = { recommendation: "hold" };
const Review = z.object({ recommendation: z.enum(["ship", "hold"]) });
const MODES = modes("auto", "default", "plan");

function modes(...ids: readonly string[]): object {
  const availableModes = ids.map((id) => ({ id, name: id }));
  return { modes: { currentModeId: ids[0], availableModes } };
}

const open: AcpPeer[] = [];
afterEach(async () => {
  for (const peer of open.splice(0)) await peer[Symbol.asyncDispose]();
});

/** An agent that does one thing after the other, and whoever is told what it was told. */
async function scripted(
  nature: AcpNature,
  ...steps: readonly AcpStep[]
): Promise<{ readonly peer: AcpPeer; make(options?: object): Agent }> {
  const peer = await acpPeer(nature);
  open.push(peer);
  peer.follow(...steps);
  const { command, args, env } = peer;
  const make = (options: object = {}): Agent =>
    acpAgent({
      name: "agent",
      retries: 0,
      output: Review,
      command,
      args,
      env,
      ...options,
    }) as never;
  return { peer, make };
}

async function ask(one: Agent, team: object = {}, options: object = {}): Promise<AgentResult> {
  const made = supervisor({ name: "team", agents: { agent: one as never }, ...team });
  const { results } = await made.run("ship?" as never, options);
  return (results as Readonly<Record<string, AgentResult>>)["agent"] as AgentResult;
}

async function failureOf(one: Agent, team: object = {}): Promise<string> {
  const result = await ask(one, team);
  if (result.status !== "failed") throw new Error(`It is ${result.status}.`);
  expect(result.attempts).toBe(1);
  expect(result.error.message).not.toContain("\n");
  return `${result.error.code} ${result.error.message}`;
}

const toldOf = (peer: AcpPeer, what: string): readonly unknown[] =>
  peer.told.filter(([one]) => one === what).map(([, value]) => value);

const says = (text: string, more: object = {}): object => ({
  sessionUpdate: "agent_message_chunk",
  content: { type: "text", text },
  ...more,
});

const reach = (tool: "file" | "command", path: string): AcpStep => ({
  does: "reaches for",
  tool,
  path,
});

const answers = { does: "answers", output: HOLD } as const;

describe("what an agent is told", () => {
  it("it is offered no files and no terminal, and is in the most restrictive mode before it is prompted", async () => {
    const { peer, make } = await scripted({ session: MODES }, answers);
    expect(await ask(make())).toMatchObject({ status: "ok", output: HOLD });
    expect(toldOf(peer, "initialize")).toMatchObject([
      {
        clientCapabilities: { fs: { readTextFile: false, writeTextFile: false }, terminal: false },
      },
    ]);
    const order = peer.told.map(([what]) => what);
    expect(order).toEqual(["started", "initialize", "new", "mode"]);
    expect(toldOf(peer, "mode")).toEqual(["plan"]);
  });

  it("its schema stands in its prompt, and no variable of the environment that was not handed on is there", async () => {
    process.env["SECRET_OF_OTHERS"] = "x";
    const { peer, make } = await scripted({}, answers);
    await ask(make({ env: { ...(await scripted({})).peer.env, OWN: "1" } }));
    delete process.env["SECRET_OF_OTHERS"];
    expect(peer.asked[0]).toContain('"enum"');
    const [{ env }] = toldOf(peer, "started") as [{ env: Record<string, string> }];
    expect(env).toMatchObject({ OWN: "1" });
    expect(env["SECRET_OF_OTHERS"]).toBeUndefined();
  });

  it.each([
    ["none", "is empty", []],
    ["read", "is its folder", ["source.ts"]],
    ["write", "is a copy", ["source.ts"]],
  ] as const)("with tools %s its folder %s", async (tools, _, files) => {
    const cwd = join(folder, `project-${tools}`);
    mkdirSync(cwd);
    writeFileSync(join(cwd, "source.ts"), "");
    const { peer, make } = await scripted({ session: MODES }, reach("file", "made.txt"), answers);
    let seen: readonly string[] | undefined;
    const permissions = (request: PermissionRequest): boolean => {
      seen = readdirSync(request.cwd);
      return false;
    };
    await ask(make({ tools, cwd, permissions, mode: "default" }));
    expect(seen).toEqual(files);
    const [{ cwd: told }] = toldOf(peer, "new") as [{ cwd: string }];
    expect(told === cwd).toBe(tools === "read");
  });

  it("options, a model and a mode of its session are set by their names, the mode last", async () => {
    const select = (id: string, category: string, ...values: readonly string[]): object => ({
      id,
      name: id,
      category,
      type: "select",
      currentValue: values[0],
      options: [
        { group: "g", name: "g", options: values.map((value) => ({ value, name: value })) },
      ],
    });
    const configOptions = [
      select("how", "mode", "build", "plan"),
      select("which", "model", "large", "small"),
      select("effort", "thought_level", "high", "low"),
    ];
    const { peer, make } = await scripted({ session: { configOptions } }, answers);
    await ask(make({ settings: { effort: "low" }, model: "small" }));
    expect(toldOf(peer, "option")).toEqual([
      ["effort", "low"],
      ["which", "small"],
      ["how", "plan"],
    ]);
    expect(await failureOf(make({ model: "huge" }))).toBe(
      'AGENT_FAILED agent has no model "huge"; use one that it has: "large", "small"',
    );
  });

  it("the way to log in is told where there is one", async () => {
    const { peer, make } = await scripted({}, answers);
    await ask(make({ login: "api-key" }));
    expect(toldOf(peer, "authenticate")).toEqual([{ methodId: "api-key" }]);
  });
});

describe("an agent is refused before it is prompted", () => {
  it.each([
    ["refuses", /agent failed: .*not that mode/],
    ["ignores", /agent stays in the mode "build" when told to go to "plan"; use another as mode/],
  ] as const)("when it %s the mode that it is told to go to", async (stays, sentence) => {
    const option = {
      id: "mode",
      name: "mode",
      category: "mode",
      type: "select",
      currentValue: "build",
      options: ["build", "plan"].map((value) => ({ value, name: value })),
    };
    const session = stays === "refuses" ? MODES : { configOptions: [option] };
    const { peer, make } = await scripted({ session, stays }, answers);
    expect(await failureOf(make())).toMatch(sentence);
    expect(peer.asked).toEqual([]);
  });

  it("when nobody knows what its modes permit, or the one that was chosen is not there", async () => {
    const { peer, make } = await scripted({ session: modes("turbo", "zen") }, answers);
    expect(await failureOf(make({ retries: 3 }))).toBe(
      'AGENT_FAILED agent has no mode that is known to permit only what its tools say; say by mode which one does: "turbo", "zen"',
    );
    expect(await failureOf(make({ mode: "plan" }))).toBe(
      'AGENT_FAILED agent has no mode "plan"; use one of its own as mode: "turbo", "zen"',
    );
    expect(peer.asked).toEqual([]);
    expect(await ask(make({ mode: "zen" }))).toMatchObject({ status: "ok" });
    expect(toldOf(peer, "mode")).toEqual(["zen"]);
  });

  it("when it has no modes, and one was chosen", async () => {
    const { make } = await scripted({}, answers);
    expect(await failureOf(make({ mode: "plan" }))).toContain("agent has no modes");
  });

  it("when it speaks another version, is not logged in, or lets nobody choose a model", async () => {
    const old = await scripted({ initialize: { protocolVersion: 2 } }, answers);
    expect(await failureOf(old.make({ retries: 3 }))).toContain(
      "agent speaks version 2 of the Agent Client Protocol, and not version 1",
    );
    const closed = await scripted({ login: "needed" }, answers);
    expect(await failureOf(closed.make({ retries: 3 }))).toBe(
      "AGENT_FAILED agent is not logged in; log in by its own program, or say how by login and env",
    );
    const plain = await scripted({}, answers);
    expect(await failureOf(plain.make({ model: "m" }))).toContain("lets nobody choose a model");
    expect([old, closed, plain].flatMap(({ peer }) => peer.asked)).toEqual([]);
  });
});

describe("what an agent asks for", () => {
  it("is answered with -32601 where it is no permission, and nothing is done", async () => {
    const path = join(folder, "by-client.txt");
    const sessionId = "session-1";
    const requests = [
      ["fs/write_text_file", { sessionId, path, content: "x" }],
      ["fs/read_text_file", { sessionId, path: "/etc/passwd" }],
      ["terminal/create", { sessionId, command: "touch", args: [path] }],
      ["elicitation/create", { sessionId, message: "?" }],
      ["_own/extension", {}],
    ] as const;
    const { peer, make } = await scripted({}, { does: "requests", requests, output: HOLD });
    expect(await ask(make())).toMatchObject({ status: "ok", output: HOLD });
    expect(toldOf(peer, "refusal")).toEqual(requests.map(([method]) => [method, -32_601]));
    expect(toldOf(peer, "answer")).toEqual([]);
    expect(existsSync(path)).toBe(false);
  });

  it("permission is refused where nobody says otherwise, and the agent answers all the same", async () => {
    const path = join(folder, "refused.txt");
    const session = modes("default");
    const { peer, make } = await scripted({ session }, reach("file", path), answers);
    expect(await ask(make({ mode: "default" }))).toMatchObject({ status: "ok", output: HOLD });
    expect(toldOf(peer, "tool")).toEqual([{ tool: "file", isAllowed: false }]);
    expect(existsSync(path)).toBe(false);
  });

  it("permission is put to a policy of the user's, and given once, never for always", async () => {
    const path = join(folder, "permitted.txt");
    const asked: PermissionRequest[] = [];
    const permissions = (request: PermissionRequest): boolean => {
      asked.push(request);
      return request.kind === "execute";
    };
    const shown: unknown[] = [];
    const { peer, make } = await scripted(
      { session: modes("default") },
      reach("command", path),
      answers,
    );
    const team = supervisor({
      name: "team",
      agents: { agent: make({ mode: "default", permissions }) as never },
    });
    for await (const event of team.stream("ship?" as never)) {
      if (event.type === "call.progress") shown.push(event.value);
    }
    expect(asked).toMatchObject([
      {
        kind: "execute",
        title: `touch ${path}`,
        paths: [path],
        input: { path },
      },
    ]);
    expect(asked[0]?.signal.aborted).toBe(true);
    expect(toldOf(peer, "tool")).toEqual([{ tool: "command", isAllowed: true }]);
    expect(existsSync(path)).toBe(true);
    expect(shown).toMatchObject([
      { does: "uses", kind: "execute", title: `touch ${path}` },
      { does: "may", kind: "execute", title: `touch ${path}` },
    ]);
  });

  it.each([
    ["throws", () => Promise.reject(new Error("who knows")), "permissions could not decide: "],
    ["says maybe", () => "maybe", 'permissions answered with "maybe"; answer with true or false'],
  ])("a policy that %s permits nothing and fails the attempt", async (_, permissions, sentence) => {
    const path = join(folder, "never.txt");
    const { make } = await scripted({ session: modes("default") }, reach("file", path), answers);
    expect(await failureOf(make({ mode: "default", permissions }))).toContain(sentence);
    expect(existsSync(path)).toBe(false);
  });

  it("a policy that never decides is let go of when the run is cancelled", async () => {
    const path = join(folder, "never.txt");
    const { make } = await scripted({ session: modes("default") }, reach("file", path), answers);
    const asked = Promise.withResolvers<AbortSignal>();
    const permissions = ({ signal }: PermissionRequest): Promise<boolean> => {
      asked.resolve(signal);
      return new Promise(() => {});
    };
    const caller = new AbortController();
    const made = make({ mode: "default", permissions, graceMs: 400 });
    const running = ask(made, {}, { signal: caller.signal });
    const signal = await asked.promise;
    const reason = new Error("enough");
    caller.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect(signal.aborted).toBe(true);
    expect(existsSync(path)).toBe(false);
  });

  it("with tools write, an edit behind a link that leads out of its folder is refused", async () => {
    const cwd = join(folder, "linked");
    const outside = join(folder, "outside");
    mkdirSync(cwd);
    mkdirSync(outside);
    symlinkSync(outside, join(cwd, "link"));
    const path = join(cwd, "link", "deep", "made.txt");
    const { peer, make } = await scripted(
      { session: modes("default") },
      reach("file", path),
      answers,
    );
    await ask(make({ tools: "write", mode: "default", workspace: "in-place", cwd }));
    expect(toldOf(peer, "tool")).toEqual([{ tool: "file", isAllowed: false }]);
  });

  it("more than it is answered ends it", async () => {
    const line = `${JSON.stringify({ jsonrpc: "2.0", id: 7, method: "x", params: {} })}\n`;
    const lines = Array.from({ length: 10_001 }, () => line.trim());
    const { make } = await scripted(
      {},
      { does: "writes lines", lines: [lines.join("\n")], output: HOLD },
    );
    expect(await failureOf(make())).toBe(
      "OUTPUT_TOO_LARGE agent asked its client more than 10000 times and was ended; ask less of it",
    );
  });
});

describe("what an agent says", () => {
  it("is heard in spite of lines that are no messages, and nothing is printed for them", async () => {
    const printed = vi.spyOn(console, "error");
    const ok = { jsonrpc: "2.0" };
    const lines = [
      "Welcome to the agent!",
      "{",
      "[]",
      "null",
      '"text"',
      JSON.stringify({ ...ok, id: 99, result: {} }),
      JSON.stringify({ ...ok, id: "1", result: { stopReason: "end_turn" } }),
      JSON.stringify({ ...ok, id: null, error: { code: 1, message: "x" } }),
      JSON.stringify({ ...ok, method: "session/update" }),
      JSON.stringify({
        ...ok,
        method: "session/update",
        params: { sessionId: "other", update: says('{"recommendation":"ship"}') },
      }),
      JSON.stringify({
        ...ok,
        method: "session/update",
        params: { sessionId: "session-1", update: { sessionUpdate: 7 } },
      }),
      JSON.stringify({
        ...ok,
        method: "session/update",
        params: { sessionId: "session-1", update: says("", { content: { type: "image" } }) },
      }),
      JSON.stringify({ ...ok, method: "no/such/thing" }),
      JSON.stringify({ result: 1 }),
    ];
    const { make } = await scripted({}, { does: "writes lines", lines, output: HOLD });
    expect(await ask(make())).toMatchObject({ status: "ok", output: HOLD });
    expect(printed).not.toHaveBeenCalled();
  });

  it("is its last message where no shape was asked for, without warnings and what it said before its tools", async () => {
    const tool = { sessionUpdate: "tool_call", toolCallId: "1", title: "Read", kind: "read" };
    const { make } = await scripted(
      {},
      { does: "updates", updates: [says("I look."), tool, says("It may "), says("ship.")] },
      {
        does: "updates",
        updates: [
          says("Warning: x"),
          says("I look.", { messageId: "1" }),
          says("It may ", { messageId: "2" }),
          says("ship.", { messageId: "2" }),
          says("**Warning:** y"),
        ],
      },
      { does: "updates", updates: [] },
    );
    const text = { output: undefined };
    expect(await ask(make(text))).toMatchObject({ output: "It may ship." });
    expect(await ask(make(text))).toMatchObject({ output: "It may ship." });
    expect(await failureOf(make(text))).toContain("OUTPUT_INVALID agent said nothing");
  });

  it.each([
    ["max_tokens", "OUTPUT_INVALID agent: its turn was cut off (max_tokens)"],
    ["refusal", "AGENT_FAILED agent refuses to answer"],
    ["cancelled", "AGENT_FAILED agent ended its turn without an answer (cancelled)"],
    ["", "AGENT_FAILED agent ended its turn without an answer (it does not say why)"],
  ])("is no answer where its turn ended by %s", async (stopReason, sentence) => {
    const updates = [says(JSON.stringify(HOLD))];
    const { make } = await scripted({}, { does: "updates", updates, response: { stopReason } });
    expect(await failureOf(make())).toContain(sentence);
  });

  it("that it goes to another mode by itself ends it", async () => {
    const updates = [
      { sessionUpdate: "current_mode_update", currentModeId: "auto" },
      says(JSON.stringify(HOLD)),
    ];
    const { make } = await scripted({ session: MODES }, { does: "updates", updates });
    expect(await failureOf(make({ retries: 3 }))).toBe(
      'AGENT_FAILED agent went from the mode "plan" to "auto" by itself and was ended; keep it from that in its own settings',
    );
  });

  it.each([
    ["a message that never ends", "x".repeat(65_536), "wrote a message that is too large"],
    [
      "messages without end",
      `${JSON.stringify({ jsonrpc: "2.0", method: "x", params: "y".repeat(2 ** 20) })}\n`,
      "wrote more than 67108864 bytes",
    ],
  ])("is bounded: %s ends it", async (_, line, sentence) => {
    const { make } = await scripted({}, { does: "writes on and on", line });
    expect(await failureOf(make())).toContain(`OUTPUT_TOO_LARGE agent ${sentence}`);
  });

  it("when it ends too early is one sentence", async () => {
    const { make } = await scripted(
      {},
      { does: "exits", code: 3, stderr: "out of\nluck\u001b[2J" },
    );
    expect(await failureOf(make())).toBe(
      `AGENT_FAILED agent: "${process.execPath}" ended with exit code 3 before it answered; run it by hand to see why; it said: out of ⏎ luck`,
    );
  });
});

describe("what an agent used", () => {
  const usage = (inputTokens: number, more: object = {}): object => ({
    inputTokens,
    outputTokens: 9,
    totalTokens: 29,
    ...more,
  });
  const rows = (...models: readonly string[]): object => ({
    quota: {
      model_usage: models.map((model) => ({
        model,
        token_count: { input_tokens: 20, output_tokens: 9 },
      })),
    },
  });
  const cost = (amount: number, currency = "USD"): object => ({
    sessionUpdate: "usage_update",
    used: 1,
    size: 2,
    cost: { amount, currency },
  });

  it.each([
    [
      "beside its input",
      [],
      { usage: usage(16, { cachedReadTokens: 4 }) },
      { inputTokens: 20, cachedInputTokens: 4 },
    ],
    [
      "within its input",
      [],
      { usage: usage(20, { cachedReadTokens: 4 }) },
      { inputTokens: 20, cachedInputTokens: 4 },
    ],
    ["by its models", [], { _meta: rows("a", "b") }, { inputTokens: 40, outputTokens: 18 }],
    [
      "in dollars of the whole session",
      [cost(0.1), cost(0.25)],
      { _meta: rows("a", "b") },
      { usdMicros: 250_000, inputTokens: 40 },
    ],
    [
      "in another currency",
      [cost(1, "EUR")],
      { usage: usage(20) },
      { usdMicros: "unknown", inputTokens: 20 },
    ],
    [
      "as nothing, since it knows no price",
      [cost(0)],
      { usage: usage(20) },
      { usdMicros: "unknown" },
    ],
    [
      "in no numbers",
      [cost(-1)],
      { usage: { inputTokens: "many", outputTokens: -4 } },
      { usdMicros: "unknown", inputTokens: "unknown" },
    ],
    [
      "in numbers that are none",
      [],
      { usage: { inputTokens: 1.5, outputTokens: 1e300 } },
      { usdMicros: "unknown", inputTokens: "unknown" },
    ],
  ] as const)("is known as it says: %s", async (_, updates, response, known) => {
    const said = [...updates, says(JSON.stringify(HOLD))];
    const { make } = await scripted({}, { does: "updates", updates: said, response });
    expect(await ask(make())).toMatchObject({ status: "ok", cost: known });
  });
});

describe("the end of an agent", () => {
  it("comes by force where it ignores that it is cancelled and told to stop", async () => {
    const { peer, make } = await scripted({}, { does: "ignores all" });
    const caller = new AbortController();
    const running = ask(make({ graceMs: 400 }), {}, { signal: caller.signal });
    running.catch(() => {});
    await expect.poll(() => peer.atWork, { timeout: 20_000 }).toBe(1);
    const [{ pid }] = toldOf(peer, "started") as [{ pid: number }];
    const reason = new Error("enough");
    caller.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect(isAlive(pid)).toBe(false);
    await expect.poll(() => toldOf(peer, "SIGTERM")).toEqual([true]);
    expect(toldOf(peer, "cancel")).toEqual([true]);
  });

  it("comes when it is told to stop, also where it never says a word", async () => {
    const pids = roll(folder);
    const program = `fs.writeFileSync(${JSON.stringify(pids.file)}, String(process.pid)); setInterval(() => {}, 1000)`;
    const silent = acpAgent({
      name: "agent",
      command: process.execPath,
      args: ["--eval", program],
    });
    const caller = new AbortController();
    const running = ask(silent as never, {}, { signal: caller.signal });
    await told(pids, 1);
    const reason = new Error("enough");
    caller.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect(pids.pids().map(isAlive)).toEqual([false]);
  });

  it("is no riddle where it cannot be started", async () => {
    const missing = acpAgent({ name: "agent", command: "no-such-agent", retries: 3 });
    expect(await failureOf(missing as never)).toBe(
      'AGENT_FAILED agent cannot start "no-such-agent": there is no such program on its PATH; install it, or give the path of the program as command',
    );
  });
});

describe("acpAgent", () => {
  it.each([
    [undefined, "what acpAgent() is given is missing"],
    [{}, "acpAgent: command is missing"],
    [{ command: "x", args: "--acp" }, 'acpAgent "x": args is "--acp"'],
    [{ command: "x", tools: "all" }, 'acpAgent "x": tools is "all"'],
    [{ command: "x", model: "--yolo" }, 'acpAgent "x": model is no name of a model'],
    [{ command: "x", permissions: true }, 'acpAgent "x": permissions is true'],
    [{ command: "x", settings: { a: 1 } }, 'acpAgent "x": settings is'],
    [{ command: "x", mode: 1 }, 'acpAgent "x": mode is 1'],
    [{ command: "x", login: {} }, 'acpAgent "x": login is'],
    [{ command: "x", env: { A: 1 } }, 'acpAgent "x": env has "A" as a number'],
    [{ command: "x", run: () => {} }, 'acpAgent "x" has run, which a program cannot have'],
    [{ command: "x", permission: () => true }, "permission"],
  ])("refuses %o", (given, sentence) => {
    expect(() => acpAgent(given as never)).toThrow(sentence);
  });
});
