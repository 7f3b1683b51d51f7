import { describeThrown, QuorateError } from "../model/errors.ts";
import { safeText } from "./shown/safe-text.ts";
import { withoutCommands } from "./workflow-commands.ts";
import { wrap } from "./shown/wrap.ts";

const MIN_COLUMNS = 40;
const USUAL_COLUMNS = 80;

/** Tells on stderr what went wrong: a sentence, or what was thrown. In one line, which a terminal is given between words. */
export function printError(wrong: unknown): void {
  const sentence = typeof wrong === "string" ? wrong : sentenceOf(wrong);
  const line = `quorate: ${safeText(sentence)}`;
  const { isTTY, columns } = process.stderr;
  const lines = isTTY ? wrap(line, Math.max(MIN_COLUMNS, columns || USUAL_COLUMNS)) : [line];
  process.stderr.write(withoutCommands(`${lines.join("\n")}\n`));
}

function sentenceOf(error: unknown): string {
  const sentence = describeThrown(error);
  return error instanceof QuorateError && sentence.endsWith("see the cause")
    ? sentence.replace("see the cause", describeThrown(error.cause))
    : sentence;
}
