import { describe, expect, it, vi } from "vitest";
import { acpAgent } from "../../src/acp/index.ts";
import { isAlive, roll, testFolder, told, watchTemporaryFolders } from "../command/play.ts";
import { HOLD, MODES, scripted, ask, failureOf, toldOf, says } from "./scripted.ts";

const folder = testFolder();
watchTemporaryFolders();

// What it says, what it used, and how it ends. npm run test:long alone takes the time for these processes.

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
    expect(await failureOf(make(text))).toContain(
      "OUTPUT_INVALID agent ended its turn without a text",
    );
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
      'AGENT_FAILED agent changed its mode from "plan" to "auto" by itself and was stopped; prevent that in its own settings',
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
    await expect.poll(() => peer.atWork).toBe(1);
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
