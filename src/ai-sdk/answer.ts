import { describeThrown, QuorateError } from "../model/errors.ts";
import { clipWords } from "../model/text.ts";

/** What a model said in one answer. */
export interface ModelText {
  readonly text: string;
  /** Why the answer ended: the finish reason of the AI SDK. */
  readonly finishReason: string;
  /** The provider's own finish reason; `undefined` if it gave none. */
  readonly rawFinishReason: string | undefined;
  /** The tools that it called in its last step. */
  readonly toolNames: readonly string[];
}

/** The JSON of an answer. Throws `OUTPUT_INVALID` if the text is not JSON, for instance half a document. */
export function jsonIn(said: ModelText, who: string): unknown {
  const text = unfenced(said.text.trim());
  try {
    return JSON.parse(text);
  } catch (error) {
    const what = text === "" ? "the answer is empty" : `it is not JSON: ${describeThrown(error)}`;
    throw unfit(who, [what, ...whyCut(said)]);
  }
}

/** The text of an answer. Throws `OUTPUT_INVALID` if the answer is not complete. */
export function textIn(said: ModelText, who: string): string {
  const why = whyCut(said);
  if (why.length > 0) throw unfit(who, why);
  return said.text;
}

function unfit(who: string, reasons: readonly string[]): QuorateError {
  return new QuorateError(
    "OUTPUT_INVALID",
    `the answer of ${who} cannot be used: ${reasons.join("; ")}`,
    { issues: reasons.map((message) => ({ message })) },
  );
}

const MAX_NAMES = 5;

/** The reasons why an answer may be incomplete; empty if there are none. */
function whyCut({ finishReason, rawFinishReason, toolNames }: ModelText): readonly string[] {
  switch (finishReason) {
    case "length":
      return ["it was cut off at the token limit: answer in fewer words, or raise maxOutputTokens"];
    case "content-filter":
      return ["the provider's content filter stopped it"];
    case "error":
      return ["the provider failed while it was written"];
    case "tool-calls": {
      const names = toolNames
        .slice(0, MAX_NAMES)
        .map((name) => JSON.stringify(clipWords(name, 100)));
      const which = names.length === 0 ? "a tool" : names.join(", ");
      return [`it ended with a call of ${which} instead of an answer`];
    }
    case "other":
      return rawFinishReason === undefined
        ? ["it ended before the model said that it was done"]
        : [];
    default:
      return [];
  }
}

/** Models that cannot be held to JSON often put it into a Markdown fence. */
function unfenced(text: string): string {
  const [, inner] = /^```(?:json)?[^\S\n]*\n([^]*)\n```$/.exec(text) ?? [];
  return inner ?? text;
}
