import type { Part } from "@a2a-js/sdk";
import type { AgentContext } from "../describe/agent.ts";
import { describeThrown, QuorateError } from "../model/errors.ts";
import { takeJson, type Json } from "../model/json.ts";
import { instructionsFor } from "../prompt/json-answer.ts";
import { promptOf, type Prompt, type PromptContext } from "../prompt/prompt-of.ts";

/** What a message is made from. */
export interface MessageFrom {
  readonly prompt: Prompt | undefined;
  readonly task: unknown;
  readonly context: AgentContext;
  /** The media types that the peer accepts. */
  readonly modes: readonly string[];
  /** The JSON Schema of the answer, if there is one. */
  readonly schema: object | undefined;
  readonly skill: string | undefined;
  /** The agent's name, for messages. */
  readonly agent: string;
}

const MAX_MESSAGE_BYTES = 2 ** 26;

/** The parts of a message: a value as data, or a text that also describes the shape of the answer. */
export function messageParts(from: MessageFrom): {
  readonly parts: Part[];
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
} {
  const { context, skill } = from;
  const made = madeFrom(from);
  const isText = typeof made === "string";
  const metadata = {
    ...(skill !== undefined && { skillId: skill }),
    // Data has no other place for them.
    ...(!isText && context.issues.length > 0 && { issues: context.issues }),
  };
  return {
    parts: partsOf(made),
    metadata: Object.keys(metadata).length > 0 ? metadata : undefined,
  };
}

/** A text, or a value as data, as parts. */
export function partsOf(value: Json): Part[] {
  const isText = typeof value === "string";
  return [
    {
      content: isText ? { $case: "text", value } : { $case: "data", value },
      metadata: undefined,
      filename: "",
      mediaType: isText ? "text/plain" : "application/json",
    },
  ];
}

function madeFrom({ prompt, task, context, modes, schema, agent }: MessageFrom): Json {
  const asText = (): string => {
    const asked = promptOf(undefined, task, context);
    return schema === undefined ? asked : `${asked}\n\n${instructionsFor(schema)}`;
  };
  if (prompt === undefined) {
    const { results, others } = context;
    const isAlone = Object.keys(results).length === 0 && others.length === 0;
    const isData = typeof task !== "string" && isAlone && modes.some(isJsonMode);
    return isData ? (task as Json) : asText();
  }
  const { results, issues, attempt, tier, model, failed, others } = context;
  const seen: PromptContext = { results, issues, attempt, tier, model, failed, others };
  let made: unknown;
  try {
    made = prompt(task, seen);
  } catch (cause) {
    const why = `the prompt of ${agent} failed: ${describeThrown(cause)}`;
    throw new QuorateError("AGENT_FAILED", why, { cause });
  }
  // Like every prompt that is a text: with the issues of the previous answer.
  if (typeof made === "string") return promptOf(() => made, task, context);
  const { fault, value } = { value: undefined, ...takeJson(made, MAX_MESSAGE_BYTES) };
  if (fault === undefined && value !== undefined) return value as Json;
  const why = fault?.why ?? "is undefined";
  throw new QuorateError(
    "INPUT_INVALID",
    `the prompt of ${agent} ${why}; return a text or a JSON value`,
  );
}

const isJsonMode = (mode: string): boolean => /^(?:application\/json|\*\/\*)\b/i.test(mode);
