import { describeThrown, QuorateError } from "../model/errors.ts";
import { safeText } from "./safe-text.ts";
import { withoutCommands } from "./workflow-commands.ts";

/** Tells on stderr, in one line, what went wrong: a sentence, or what was thrown. */
export function complain(wrong: unknown): void {
  const sentence = typeof wrong === "string" ? wrong : sentenceOf(wrong);
  process.stderr.write(withoutCommands(`quorate: ${safeText(sentence)}\n`));
}

function sentenceOf(error: unknown): string {
  const sentence = describeThrown(error);
  return error instanceof QuorateError && sentence.endsWith("see the cause")
    ? sentence.replace("see the cause", describeThrown(error.cause))
    : sentence;
}
