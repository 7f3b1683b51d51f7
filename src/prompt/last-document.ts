/** A JSON document that was found in a text. */
export interface FoundDocument {
  readonly value: unknown;
}

/**
 * The last JSON document in a text: the whole text, else an object or a list. A document on lines of its own is preferred to one
 * within a line, and an object to a list. If the text ends in the middle of a document, there is none: the answer was cut off, and
 * an earlier document may be an example. Takes time in proportion to the text.
 */
export function lastDocument(text: string): FoundDocument | undefined {
  const whole = parsed(text);
  if (whole !== undefined) return whole;
  let best: DocumentSpan | undefined;
  let bestRank = -1;
  for (const span of spansIn(text)) {
    if (span.end === undefined) {
      if (beginsLine(text, span.start)) best = undefined;
      continue;
    }
    const rank = rankOf(text, span.start, span.end);
    if (rank < bestRank) continue;
    best = span;
    bestRank = rank;
  }
  return best && parsed(text.slice(best.start, best.end));
}

function parsed(text: string): FoundDocument | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

interface DocumentSpan {
  readonly start: number;
  /** Absent if the text ends before it. */
  readonly end?: number;
}

function rankOf(text: string, start: number, end: number): number {
  const isObject = text[start] === "{";
  const hasItsLines = beginsLine(text, start) && endsLine(text, end);
  return (hasItsLines ? 2 : 0) + (isObject ? 1 : 0);
}

function beginsLine(text: string, start: number): boolean {
  let before = start - 1;
  while (isBlank(text[before])) before--;
  return isEdge(text[before]);
}

function endsLine(text: string, end: number): boolean {
  let after = end;
  while (isBlank(text[after])) after++;
  return isEdge(text[after]);
}

const isBlank = (unit: string | undefined): boolean => unit === " " || unit === "\t";
const isEdge = (unit: string | undefined): boolean =>
  unit === undefined || unit === "\n" || unit === "\r";

/** The outermost objects and lists of a text, from left to right. */
function* spansIn(text: string): Generator<DocumentSpan> {
  const opening = /[[{]/g;
  for (let at = 0; ;) {
    opening.lastIndex = at;
    const found = opening.exec(text);
    if (found === null) return;
    const { span, next } = scan(text, found.index);
    if (span !== undefined) yield span;
    at = next;
  }
}

type ExpectedToken = "value" | "value or end" | "key" | "key or end" | "colon" | "comma or end";

interface Scanned {
  /** Absent if it is broken. */
  readonly span?: DocumentSpan;
  /** Where the search continues. */
  readonly next: number;
}

/**
 * Reads one object or list, which begins at `start`, by the grammar of RFC 8259. If it is broken, so is what it has
 * opened, and the search continues where it failed.
 */
function scan(text: string, start: number): Scanned {
  const open: number[] = [];
  let expected: ExpectedToken = "value";
  // Where the last quoted text begins, if nothing was read since.
  let quoted: number | undefined;
  let at = start;
  const broken = (after: number | undefined): Scanned => {
    // A quotation mark in the prose before may have swallowed the beginning of a document.
    const next = after === undefined ? Math.max(at, start + 1) : after + 1;
    return at < text.length ? { next } : { span: { start }, next };
  };
  for (;;) {
    while (isSpace(text[at])) at++;
    const unit = text[at];
    const isValue = expected === "value" || expected === "value or end";
    const isKey: boolean = expected === "key" || expected === "key or end";
    const after = quoted;
    quoted = undefined;
    if (isValue && (unit === "{" || unit === "[")) {
      open.push(at++);
      expected = unit === "{" ? "key or end" : "value or end";
      continue;
    }
    if (unit === "}" || unit === "]") {
      const begun = open.at(-1);
      const fits = begun !== undefined && text[begun] === (unit === "}" ? "{" : "[");
      const mayEnd = expected.endsWith("or end");
      if (!fits || !mayEnd) return broken(after);
      open.pop();
      at++;
      if (open.length === 0) return { span: { start, end: at }, next: at };
      expected = "comma or end";
      continue;
    }
    if (unit === "," && expected === "comma or end") {
      const begun = open.at(-1);
      expected = begun !== undefined && text[begun] === "{" ? "key" : "value";
      at++;
      continue;
    }
    if (unit === ":" && expected === "colon") {
      expected = "value";
      at++;
      continue;
    }
    if (unit === '"' && (isKey || isValue)) {
      quoted = at;
      const { end, isWhole } = readText(text, at);
      at = end;
      if (!isWhole) return broken(quoted);
      expected = isKey ? "colon" : "comma or end";
      continue;
    }
    const end = isValue ? endOfPlain(text, at) : undefined;
    if (end === undefined) return broken(after);
    at = end;
    expected = "comma or end";
  }
}

const isSpace = (unit: string | undefined): boolean =>
  unit === " " || unit === "\t" || unit === "\n" || unit === "\r";

/** Where a quoted text ends, or where it has a character that JSON does not allow. */
function readText(
  text: string,
  start: number,
): { readonly end: number; readonly isWhole: boolean } {
  const next = /["\\]|[^ -\uFFFF]/g;
  const escape = /\\(?:["\\/bfnrt]|u[\da-f]{4})/iy;
  for (let at = start + 1; ;) {
    next.lastIndex = at;
    const found = next.exec(text);
    if (found === null) return { end: text.length, isWhole: false };
    if (found[0] === '"') return { end: found.index + 1, isWhole: true };
    escape.lastIndex = found.index;
    if (!escape.test(text)) return { end: found.index, isWhole: false };
    at = escape.lastIndex;
  }
}

/** Where a number, `true`, `false` or `null` ends. */
function endOfPlain(text: string, start: number): number | undefined {
  const plain = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?)/iy;
  plain.lastIndex = start;
  return plain.test(text) ? plain.lastIndex : undefined;
}
