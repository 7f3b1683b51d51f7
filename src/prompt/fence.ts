import { sha256 } from "../model/hash.ts";
import type { Json } from "../model/json.ts";
import { clip, plain, UNSEEN } from "../model/text.ts";

// The one place where others' texts are prepared for a model. Their author may want a text to look like an instruction, to end
// its fence, to hide what a person would see, or to fill the prompt. So it is shortened, invisible characters are removed or shown, and it
// stands in a fence that it cannot close.

/** A text in the form that may be shown: without invisible characters, at most `maxChars` long. */
export function shownText(text: string, maxChars: number): string {
  return clip(plain(text).trim(), maxChars);
}

/** Reasons in the form that may be shown: each once, no empty ones, in code-unit order, which does not reveal who gave them. */
export function shownEvidence(
  texts: readonly (string | undefined)[],
  {
    maxEvidence,
    maxEvidenceChars,
  }: { readonly maxEvidence: number; readonly maxEvidenceChars: number },
): readonly string[] {
  const pieces = texts.map((text = "") => shownText(text, maxEvidenceChars));
  return [...new Set(pieces)]
    .filter((piece) => piece !== "")
    .toSorted()
    .slice(0, maxEvidence);
}

/** Of a longer position, the beginning of its text is shown. */
const MAX_POSITION_CHARS = 2_000;

/** A position in the form that may be shown, frozen; `text` is what it is measured by, and cut from. */
export function shownPosition(value: Json, text: string): Json {
  if (text.length <= MAX_POSITION_CHARS) return cleaned(value);
  return clip(plain(typeof value === "string" ? value : text), MAX_POSITION_CHARS);
}

function cleaned(value: Json): Json {
  if (typeof value === "string") return plain(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return Object.freeze(value.map(cleaned));
  // fromEntries defines properties: a key `__proto__` stays a key.
  return Object.freeze(
    Object.fromEntries(Object.entries(value).map(([key, member]) => [plain(key), cleaned(member)])),
  );
}

/** Puts texts between marks that occur in none of them, each line after `| `. */
export interface LineFence {
  /** Explains the marks to the reader. */
  readonly explained: string;
  fenced(text: string): string;
}

/** The fence for all of this content, which is JSON. */
export function lineFence(content: Json): LineFence {
  const mark = markFor(JSON.stringify(content));
  return {
    explained: `What others wrote stands between <${mark}> and </${mark}>, each line behind "| ".`,
    fenced: (text) =>
      [`<${mark}>`, ...text.split("\n").map((line) => `| ${line}`), `</${mark}>`].join("\n"),
  };
}

/**
 * A mark that does not occur in the content, and nothing that looks like it does. It is the same for the same content, and the content cannot
 * be guessed from it: a judge may repeat it, and the log has what judges say.
 */
function markFor(content: string): string {
  const folded = content.normalize("NFKC").toLowerCase();
  for (let round = 0; ; round++) {
    const digest = Buffer.from(sha256(`fence ${round}`), "base64url").toString("hex");
    const mark = `data-${digest.slice(0, MARK_CHARS)}`;
    if (!folded.includes(mark)) return mark;
  }
}

const MARK_CHARS = 12;

/**
 * A value as JSON in a Markdown fence that nothing in it can close: none of its lines begins with a backtick, and invisible
 * characters and unusual line breaks are written as `\u…`, which is the same JSON.
 */
export function jsonFence(value: unknown, indent?: number): string {
  const json = JSON.stringify(value ?? null, null, indent) ?? "null";
  return `\`\`\`json\n${json.replace(UNSEEN_IN_JSON, escaped)}\n\`\`\``;
}

const UNSEEN_IN_JSON = new RegExp(`(?!\\n)(?:[\\u2028\\u2029]|${UNSEEN.source})`, "gu");

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, i) => {
    const unit = character.charCodeAt(i).toString(16).padStart(4, "0");
    return `\\u${unit}`;
  }).join("");
}

/** How much of the JSON of one agent's answer is shown to another. */
const MAX_ANSWER_CHARS = 200_000;

/** Others' answers; of a very long answer only the beginning of its JSON. */
export function shownAnswers(
  results: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  // fromEntries, as above.
  return Object.fromEntries(
    Object.entries(results).map(([name, result]) => {
      const json = JSON.stringify(result) as string | undefined;
      const fits = json === undefined || json.length <= MAX_ANSWER_CHARS;
      return [name, fits ? result : clip(json, MAX_ANSWER_CHARS)];
    }),
  );
}
