import { hasMethods } from "../check/kinds.ts";
import { shown } from "../check/shown.ts";
import type { AgentContext } from "../describe/agent.ts";
import type { Usage } from "../model/call.ts";
import { QuorateError } from "../model/errors.ts";
import type { Fields } from "../model/record.ts";
import { usageOfGeneration, usageOfStep } from "./framework-usage.ts";

/** What an asker gets in addition to the question. */
export interface FrameworkAsking {
  readonly context: AgentContext;
  readonly signal: AbortSignal;
  /** Reports what one request to a model used, as soon as that is known. */
  readonly tell: (used: Usage) => void;
  /** Takes the reports that a function makes itself. */
  readonly report: (used: Usage) => void;
}

/** How an agent of a framework is asked. */
export interface Asker {
  readonly kind: "runnable" | "mastra" | "ai-sdk" | "function";
  /** The question in the framework's own form. */
  readonly asks: (question: unknown) => unknown;
  readonly ask: (question: unknown, asking: FrameworkAsking) => unknown;
}

const same = (question: unknown): unknown => question;

/** Recognises by its structure how something is asked. Throws `BAD_OPTIONS` if it is nothing that can be asked. */
export function askerOf(asked: unknown): Asker {
  let instead =
    "give a graph of LangGraph, an agent of Mastra or of the AI SDK, or a function that asks one";
  try {
    if (typeof asked === "function") return functionAsker(asked as AskFunction);
    // A chat model of LangChain has `generate`, too, but for lists of messages.
    if (hasMethods(asked, "invoke")) return runnable(asked as Runnable);
    if (hasMethods(asked, "generate")) return generator(asked as Generator);
    if (hasMethods(asked, "asTool")) {
      instead =
        "an agent of OpenAI's SDK is asked by a function: (question, { signal }) => run(agent, question, { signal })";
    }
  } catch {
    // It cannot be read, so it is nothing known.
  }
  throw new QuorateError(
    "BAD_OPTIONS",
    `what frameworkAgent() is given is ${shown(asked)}; ${instead}`,
  );
}

/** What a function that asks an agent gets in addition to the question: part of an agent's context. */
export type AskContext = Pick<
  AgentContext,
  "signal" | "report" | "emit" | "attempt" | "runId" | "callId" | "idempotencyKey"
>;

type AskFunction = (question: unknown, context: AskContext) => unknown;

const functionAsker = (ask: AskFunction): Asker => ({
  kind: "function",
  asks: same,
  ask: (question, { context, signal, report }) =>
    ask(question, {
      signal,
      report,
      emit: context.emit,
      attempt: context.attempt,
      runId: context.runId,
      callId: context.callId,
      // A getter, since it is computed only if it is read.
      get idempotencyKey() {
        return context.idempotencyKey;
      },
    }),
});

interface Generator {
  generate(question: unknown, options: object): unknown;
  readonly version?: unknown;
}

function generator(asked: Generator): Asker {
  const kind = asked.version === "agent-v1" ? "ai-sdk" : "mastra";
  return {
    kind,
    asks: same,
    ask: (question, { signal, tell }) =>
      asked.generate(question, {
        abortSignal: signal,
        modelSettings: { maxRetries: 0 },
        onStepFinish: (step: unknown) => tell(usageOfStep(step)),
      }),
  };
}

interface Runnable {
  invoke(input: unknown, options: object): unknown;
}

function runnable(asked: Runnable): Asker {
  const isGraph = hasMessages(asked);
  return {
    kind: "runnable",
    asks: (question) =>
      isGraph && typeof question === "string"
        ? { messages: [{ role: "user", content: question }] }
        : question,
    ask: (question, { signal, tell }) =>
      asked.invoke(question, {
        signal,
        callbacks: [
          {
            // Without this, it would be reported some time later.
            awaitHandlers: true,
            handleLLMEnd: (output: unknown) => tell(usageOfGeneration(output)),
          },
        ],
      }),
  };
}

/** A graph takes messages in its state, whether bare or within an agent of LangChain; other runnables take a text. */
function hasMessages(asked: object): boolean {
  const { lg_is_pregel: isGraph, graph } = asked as Fields;
  return isGraph === true || (Object(graph) as Fields)["lg_is_pregel"] === true;
}
