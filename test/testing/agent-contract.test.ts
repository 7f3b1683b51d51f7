// The contract of agents, held to agents in this process: a sound one passes, and each fault is found by the case that is about it.

import { describe, expect, it } from "vitest";
import { agent, QuorateError, type AgentContext, type Json, type Usage } from "../../src/index.ts";
import {
  agentContract,
  type AgentSetting,
  type AgentUnderTest,
  type PeerStep,
  type PeerUsage,
} from "../../src/testing/index.ts";

interface Reply {
  readonly text: string;
  readonly usage?: PeerUsage | undefined;
}

/** Another side in this process. */
function scriptedPeer() {
  const [steps, asked]: [PeerStep[], string[]] = [[], []];
  let atWork = 0;
  function call(prompt: string, signal: AbortSignal): Promise<Reply> {
    asked.push(prompt);
    const step = steps.length > 1 ? steps.shift() : steps[0];
    if (step?.does !== "hangs" && step?.does !== "answers late") return reply(step);
    atWork += 1;
    return new Promise((_, reject) => {
      const stop = (): void => {
        atWork -= 1;
        reject(signal.reason);
      };
      signal.addEventListener("abort", stop, { once: true });
    });
  }
  return {
    call,
    follow: (...next: readonly PeerStep[]) => void steps.splice(0, Infinity, ...next),
    asked,
    get atWork() {
      return atWork;
    },
  };
}

async function reply(step: PeerStep | undefined): Promise<Reply> {
  const whole = (output: Json): string => JSON.stringify(output);
  switch (step?.does) {
    case "answers":
      return { text: whole(step.output), usage: step.usage };
    case "answers twice":
      return { text: whole(step.output) };
    case "answers half":
      return { text: whole(step.output).slice(0, 8), usage: step.usage };
    case "floods":
      return { text: whole({ recommendation: "x".repeat(step.bytes) }) };
    case "fails": {
      const headers = { "retry-after": String(step.retryAfterSeconds ?? "") };
      throw Object.assign(new Error("no"), {
        status: step.status,
        ...(step.retryAfterSeconds !== undefined && { headers }),
      });
    }
    default:
      throw Object.assign(new Error("gone"), { code: "ECONNRESET" });
  }
}

type Peer = ReturnType<typeof scriptedPeer>;
type Ask = (prompt: string, context: AgentContext, peer: Peer) => Promise<Reply>;

const soundly: Ask = async (prompt, { signal, report }, { call }) => {
  signal.throwIfAborted();
  const said = await call(prompt, signal).catch((cause: unknown) => {
    signal.throwIfAborted();
    const { status } = cause as { readonly status?: number };
    throw new Error(`the other side failed (${status ?? "gone"})`, { cause });
  });
  if (said.usage !== undefined) report(said.usage);
  return said;
};

function make(ask: Ask) {
  return (setting: AgentSetting): AgentUnderTest => {
    const peer = scriptedPeer();
    const run = async (task: unknown, context: AgentContext): Promise<never> => {
      const { text } = await ask(JSON.stringify({ task, issues: context.issues }), context, peer);
      try {
        return JSON.parse(text) as never;
      } catch {
        throw new QuorateError("OUTPUT_INVALID", "it is not JSON", {
          issues: [{ message: "cut" }],
        });
      }
    };
    return { agent: agent({ ...setting, run }) as never, peer };
  };
}

/** The cases that an agent of this kind fails. */
async function failedBy(ask: Ask): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const { name, run } of agentContract("it", make(ask))) {
    await run().catch(() => failed.push(name));
  }
  return failed;
}

describe("the contract of agents", () => {
  for (const { name, run } of agentContract("a sound agent", make(soundly))) it(name, run);

  it("finds an agent that repeats a request by itself", async () => {
    const failed = await failedBy((prompt, context, peer) =>
      soundly(prompt, context, peer).catch(() => soundly(prompt, context, peer)),
    );
    expect(failed).toContain("it makes one request an attempt when its other side fails");
  });

  it("finds an agent that takes what nobody tells for 0", async () => {
    const failed = await failedBy(async (prompt, context, peer) => {
      const said = await soundly(prompt, context, peer);
      if (said.usage === undefined) context.report({ inputTokens: 0, outputTokens: 0 });
      return said;
    });
    expect(failed).toEqual([
      "it counts an answer whose use is not reported as one of unknown cost, and not as free",
    ]);
  });

  it("finds an agent that reports nothing of an answer that is no good", async () => {
    const failed = await failedBy(async (prompt, context, peer) => {
      const kept: PeerUsage[] = [];
      const report = (usage: object): void => void kept.push(usage as PeerUsage);
      const said = await soundly(prompt, { signal: context.signal, report } as AgentContext, peer);
      if (said.text.endsWith("}")) kept.forEach((usage) => context.report(usage));
      return said;
    });
    expect(failed).toEqual(["it is charged for half a document"]);
  });

  it("finds an agent that rejects with something else than the signal's reason", async () => {
    const failed = await failedBy((prompt, context, peer) =>
      soundly(prompt, context, peer).catch((cause: unknown) => {
        throw new Error("failed with 500", { cause });
      }),
    );
    expect(failed.join("\n")).toContain(
      "rejects with the signal's reason when it is stopped 3 turns",
    );
  });

  it("finds an agent that asks though it has been stopped", async () => {
    const failed = await failedBy(async (prompt, { signal, report }, { call }) => {
      const said = await call(prompt, signal);
      signal.throwIfAborted();
      if (said.usage !== undefined) report(said.usage);
      return said;
    });
    expect(failed).toContain("it does not ask when it has been stopped before");
  });

  it("finds an agent that leaves a listener on its signal", async () => {
    const failed = await failedBy((prompt, context, peer) => {
      context.signal.addEventListener("abort", () => {});
      return soundly(prompt, context, peer);
    });
    expect(failed.join("\n")).toMatch(/leaves no listener/);
  });

  it("finds an agent that does not tell which of its tokens were cached or reasoning", async () => {
    const failed = await failedBy((prompt, { signal, report }, peer) => {
      const coarse = ({ inputTokens, outputTokens }: Usage): void =>
        report({ ...(inputTokens && { inputTokens }), ...(outputTokens && { outputTokens }) });
      return soundly(prompt, { signal, report: coarse } as AgentContext, peer);
    });
    expect(failed).toEqual([
      "it tells how many of the tokens were read from a cache, within those of the whole",
      "it tells how many of the tokens were reasoning, within those of the whole",
    ]);
  });

  it("finds a kind of agent that does not pass on what agent() is told", async () => {
    const forgetting = ({ name, output, maxBytes, retries, timeoutMs }: AgentSetting) =>
      make(soundly)({
        name,
        output,
        ...(maxBytes !== undefined && { maxBytes }),
        ...(retries !== undefined && { retries }),
        ...(timeoutMs !== undefined && { timeoutMs }),
      });
    const failed: string[] = [];
    const named = (setting: AgentSetting) => ({ ...forgetting(setting), model: "mini" });
    for (const { name, run } of agentContract("it", named)) {
      if (/free|model/.test(name)) await run().catch(() => failed.push(name));
    }
    expect(failed).toEqual([
      "it costs nothing, and is asked under a budget of nothing, where it is free",
      "it names the model that it asks",
    ]);
  });

  it("finds an agent that does not say why it failed", async () => {
    const failed = await failedBy((prompt, context, peer) =>
      soundly(prompt, context, peer).catch(() => {
        context.signal.throwIfAborted();
        throw Object.assign(new Error("failed with 500"));
      }),
    );
    expect(failed).toContain("it is not asked again when its other side refuses the request");
  });

  it("leaves out what a kind of agent cannot have", () => {
    const all = agentContract("it", make(soundly)).length;
    const some = agentContract("it", make(soundly), [
      "usage",
      "silence",
      "statuses",
      "shape",
      "once",
    ]).length;
    expect(all - some).toBe(14);
  });

  it("refuses what makes no agent", () => {
    expect(() => agentContract("it", undefined as never)).toThrow(/agentContract: make is missing/);
  });
});
