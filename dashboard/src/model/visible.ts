// Text of agents, models and callers is shown completely: characters that are invisible, or would reverse the order of others, are shown by their
// code points.

/** A part of a text: plain, code, or one invisible character by its code point. */
export interface TextPart {
  readonly kind: "text" | "code" | "unseen";
  readonly text: string;
}

const UNSEEN =
  /(?![\n\t])\p{Cc}|(?!\u200D(?=\p{Extended_Pictographic}))\p{Cf}|\p{Cs}|\p{Noncharacter_Code_Point}|(?![\uFE00-\uFE0F\u200D])\p{Default_Ignorable_Code_Point}|(?<=[\uFE00-\uFE0F])[\uFE00-\uFE0F]|[\u2028\u2029]/u;
const PARTS = new RegExp(`(\`[^\`\\n]{1,300}\`)|(${UNSEEN.source})`, "gu");

/** A text in parts, with `code` between backticks separate. */
export function partsOf(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  const add = (kind: TextPart["kind"], part: string): void => {
    if (part !== "") parts.push({ kind, text: part });
  };
  const whole = text.replaceAll("\r\n", "\n");
  for (const match of whole.matchAll(PARTS)) {
    const [found = "", code] = match;
    add("text", whole.slice(from, match.index));
    from = match.index + found.length;
    if (code === undefined) add("unseen", nameOf(found));
    else if (UNSEEN.test(code)) parts.push(...withoutCode(code));
    else add("code", code.slice(1, -1));
  }
  add("text", whole.slice(from));
  return parts;
}

function withoutCode(text: string): readonly TextPart[] {
  return [...text].map((character) =>
    UNSEEN.test(character)
      ? { kind: "unseen", text: nameOf(character) }
      : { kind: "text", text: character },
  );
}

/** The same as one string, for titles and labels: `U+202E` for an invisible character. */
export function visible(text: string): string {
  return text.replaceAll(new RegExp(UNSEEN.source, "gu"), nameOf).replaceAll(/\s+/g, " ").trim();
}

/** The same in one line, with code like other text. */
export function oneLine(text: string): string {
  const parts = partsOf(text).map((part) => part.text);
  return parts.join("").replaceAll(/\s+/g, " ").trim();
}

function nameOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}
