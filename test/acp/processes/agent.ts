// An agent that speaks the Agent Client Protocol, by its official SDK, and asks the test which started it what it is to do:
// `agent.ts PORT NATURE`.

import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { Readable, Writable } from "node:stream";
import {
  agent,
  methods,
  ndJsonStream,
  RequestError,
  type AgentContext,
} from "@agentclientprotocol/sdk";
import type { CodingStep, PeerUsage } from "../../../src/testing/index.ts";
import type { AcpNature } from "../acp-peer.ts";

/** What an agent does that means no good, or that something is wrong with. */
export type HostileStep =
  /** Says something that is no answer to a prompt, and answers then. */
  | { readonly does: "writes lines"; readonly lines: readonly string[]; readonly output: unknown }
  /** Asks its client for one thing after the other, tells the test what came of each, and answers then. */
  | {
      readonly does: "requests";
      readonly requests: readonly (readonly [method: string, params: object])[];
      readonly output: unknown;
    }
  /** Sends updates of its session, and answers then. */
  | { readonly does: "updates"; readonly updates: readonly object[]; readonly response?: object }
  /** Works on and on, whatever it is told, and whichever signal it gets. */
  | { readonly does: "ignores all" }
  /** Writes to its standard output until nobody takes it any more. */
  | { readonly does: "writes on and on"; readonly line: string }
  | { readonly does: "exits"; readonly code: number; readonly stderr: string };

type Step = CodingStep | HostileStep;

const [, , port = "", given = "{}"] = process.argv;
const nature = JSON.parse(given) as AcpNature;
const control = createConnection(Number(port), "127.0.0.1");
control.on("error", () => {});
const steps = createInterface(control).on("error", () => {});
const tell = (what: string, value: unknown): void =>
  void control.write(`${JSON.stringify([what, value])}\n`);

const SESSION = "session-1";
let mode = "auto";
let cancelled = Promise.withResolvers<void>();

const app = agent({ name: "scripted" })
  .onRequest(methods.agent.initialize, ({ params }) => {
    tell("started", { args: process.argv.slice(4), env: process.env, pid: process.pid });
    tell("initialize", params);
    return { protocolVersion: 1, ...nature.initialize };
  })
  .onRequest(methods.agent.authenticate, ({ params }) => tell("authenticate", params))
  .onRequest(methods.agent.session.new, ({ params }) => {
    tell("new", params);
    if (nature.login !== undefined) throw RequestError.authRequired();
    return { sessionId: SESSION, ...nature.session };
  })
  .onRequest(methods.agent.session.setMode, ({ params }) => {
    tell("mode", params.modeId);
    if (nature.stays === "refuses") throw RequestError.invalidParams(undefined, "not that mode");
    mode = params.modeId;
    return {};
  })
  .onRequest(methods.agent.session.setConfigOption, ({ params }) => {
    tell("option", [params.configId, params.value]);
    const { configOptions = [] } = (nature.session ?? {}) as { configOptions?: object[] };
    const isSet = nature.stays === undefined;
    return {
      configOptions: configOptions.map((option) =>
        isSet && (option as { id: string }).id === params.configId
          ? { ...option, currentValue: params.value }
          : option,
      ) as never,
    };
  })
  .onRequest(methods.agent.session.prompt, async ({ params, client }) => {
    const asked = params.prompt.map((part) => (part.type === "text" ? part.text : "")).join("");
    cancelled = Promise.withResolvers();
    try {
      return (await follow(await nextStep(asked), client)) as never;
    } finally {
      tell("done", true);
    }
  })
  .onNotification(methods.agent.session.cancel, () => {
    tell("cancel", true);
    cancelled.resolve();
  });

const toClient = Writable.toWeb(process.stdout) as WritableStream<Uint8Array>;
const fromClient = Readable.toWeb(process.stdin) as unknown as ReadableStream<Uint8Array>;
const connection = app.connect(ndJsonStream(toClient, fromClient));
await connection.closed;
control.destroy();

async function nextStep(asked: string): Promise<Step> {
  const line = once(steps, "line");
  tell("asked", asked);
  return JSON.parse(((await line) as [string])[0]) as Step;
}

async function follow(step: Step, client: AgentContext): Promise<object> {
  const update = (one: object): Promise<void> =>
    client.notify(methods.client.session.update, { sessionId: SESSION, update: one as never });
  const say = async (text: string): Promise<void> => {
    for (const piece of text.match(/[^]{1,20000}/g) ?? []) {
      await update({
        sessionUpdate: "agent_message_chunk",
        content: { type: "text", text: piece },
      });
    }
  };
  const done = (usage?: PeerUsage): object => ({
    stopReason: "end_turn",
    ...(usage !== undefined && { usage: usageOf(usage) }),
  });
  switch (step.does) {
    case "answers":
      await say(JSON.stringify(step.output));
      return done(step.usage);
    case "answers half": {
      const whole = JSON.stringify(step.output);
      await say(whole.slice(0, whole.length / 2));
      return done(step.usage);
    }
    case "answers twice":
      await say(JSON.stringify(step.output));
      void answerAgain(say, JSON.stringify({ recommendation: "ship" }));
      return done();
    case "answers late":
      await cancelled.promise;
      await say(JSON.stringify(step.output));
      return done();
    case "hangs":
      await cancelled.promise;
      return { stopReason: "cancelled" };
    case "floods":
      await say(JSON.stringify({ recommendation: "x".repeat(step.bytes) }));
      return done();
    case "fails":
      throw new RequestError(step.status, `not now (${step.status})`);
    case "breaks off":
      await say('{"recommendation":');
      process.kill(process.pid, "SIGKILL");
      return new Promise(() => {});
    case "reaches for":
      await useTool(step, client, update);
      return follow(await nextStep("and then?"), client);
    case "writes lines":
      for (const line of step.lines) process.stdout.write(`${line}\n`);
      await say(JSON.stringify(step.output));
      return done();
    case "requests":
      for (const [method, params] of step.requests) {
        await client.request(method, params).then(
          (answer: unknown) => tell("answer", [method, answer]),
          (error: unknown) => tell("refusal", [method, (error as RequestError).code]),
        );
      }
      await say(JSON.stringify(step.output));
      return done();
    case "updates":
      for (const one of step.updates) {
        await update(one);
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
      return { ...done(), ...step.response };
    case "ignores all":
      process.on("SIGTERM", () => tell("SIGTERM", true));
      await new Promise(() => setInterval(() => {}, 1_000));
      return {};
    case "writes on and on":
      for (;;) if (!process.stdout.write(step.line)) await once(process.stdout, "drain");
    case "exits":
      process.stderr.write(step.stderr);
      process.exit(step.code);
  }
}

/** As most agents count: what was read from a cache beside the input, what was reasoning beside the output. */
function usageOf(usage: PeerUsage): object {
  const { inputTokens, outputTokens, cachedInputTokens = 0, reasoningTokens = 0 } = usage;
  return {
    totalTokens: inputTokens + outputTokens,
    inputTokens: inputTokens - cachedInputTokens,
    outputTokens: outputTokens - reasoningTokens,
    ...(cachedInputTokens > 0 && { cachedReadTokens: cachedInputTokens }),
    ...(reasoningTokens > 0 && { thoughtTokens: reasoningTokens }),
  };
}

/** Says something else when it has answered, and then answers the same prompt again. */
async function answerAgain(say: (text: string) => Promise<void>, text: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  await say(text);
  for (let id = 0; id < 10; id++) {
    process.stdout.write(
      `${JSON.stringify({ jsonrpc: "2.0", id, result: { stopReason: "end_turn" } })}\n`,
    );
  }
}

type Reach = Extract<CodingStep, { readonly does: "reaches for" }>;

/** As an agent does it that keeps to its modes: in "auto" nobody is asked, in "plan" nothing is done, else its client is asked. */
async function useTool(
  { tool, path }: Reach,
  client: AgentContext,
  update: (one: object) => Promise<void>,
): Promise<void> {
  const place = resolve(path);
  const call = {
    toolCallId: "call-1",
    title: tool === "file" ? `Write ${place}` : `touch ${place}`,
    kind: tool === "file" ? ("edit" as const) : ("execute" as const),
    locations: [{ path: place }],
    rawInput: { path: place },
  };
  await update({ sessionUpdate: "tool_call", status: "pending", ...call });
  const isAllowed = mode === "auto" || (mode !== "plan" && (await isPermitted(client, call)));
  tell("tool", { tool, isAllowed });
  if (!isAllowed) return;
  if (tool === "file") writeFileSync(place, "x");
  else execFileSync("touch", [place]);
}

async function isPermitted(client: AgentContext, toolCall: object): Promise<boolean> {
  const { outcome } = await client.request(methods.client.session.requestPermission, {
    sessionId: SESSION,
    toolCall: toolCall as never,
    options: [
      { optionId: "always", name: "Always", kind: "allow_always" },
      { optionId: "once", name: "Once", kind: "allow_once" },
      { optionId: "no", name: "No", kind: "reject_once" },
    ],
  });
  return outcome.outcome === "selected" && outcome.optionId !== "no";
}
