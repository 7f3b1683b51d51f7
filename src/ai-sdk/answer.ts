import { describeThrown, QuorateError } from "../model/errors.ts";

/** What a model said when it was done. */
export interface ModelText {
  readonly text: string;
  /** Why it ended, in the words of the AI SDK. */
  readonly finishReason: string;
  /** The provider's own word for that; `undefined` where it gave none. */
  readonly rawFinishReason: string | undefined;
  /** Tools that it called in its last step. */
  readonly toolNames: readonly string[];
}

/** The JSON that was said. Throws `OUTPUT_INVALID` for what is none, for instance half a document. */
export function jsonIn(said: ModelText, who: string): unknown {
  const text = unfenced(said.text.trim());
  try {
    return JSON.parse(text);
  } catch (error) {
    const what = text === "" ? "the answer is empty" : `it is no JSON: ${describeThrown(error)}`;
    throw unfit(who, [what, ...whyCut(said)]);
  }
}

/** The text that was said. Throws `OUTPUT_INVALID` where it is not all that the model was to say. */
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

/** Why an answer may not be whole, if anything says so. */
function whyCut({ finishReason, rawFinishReason, toolNames }: ModelText): readonly string[] {
  switch (finishReason) {
    case "length":
      return ["it was cut off at its longest: answer in fewer words, or raise maxOutputTokens"];
    case "content-filter":
      return ["the provider's content filter stopped it"];
    case "error":
      return ["the provider failed while it was written"];
    case "tool-calls": {
      const names = toolNames.slice(0, MAX_NAMES).map((name) => JSON.stringify(name.slice(0, 100)));
      const which = names.length === 0 ? "a tool" : names.join(", ");
      return [`it ended with a call of ${which}, and not with an answer`];
    }
    case "other":
      return rawFinishReason === undefined
        ? ["it ended before the model said that it was done"]
        : [];
    default:
      return [];
  }
}

/** Models that cannot be held to JSON like to put it into a fence. */
function unfenced(text: string): string {
  const [, inner] = /^```(?:json)?[^\S\n]*\n([^]*)\n```$/.exec(text) ?? [];
  return inner ?? text;
}
