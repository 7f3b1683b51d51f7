// The difference between two texts by words: if one letter changed, a reader reads the whole word anyhow.

/** A part of two texts: in both, or in one of them. */
export interface DiffPart {
  readonly kind: "same" | "gone" | "new";
  readonly text: string;
}

/** With more words on one side both texts are shown whole, because the work grows with the product. */
const MOST_WORDS = 2_000;

export function wordDiff(before: string, after: string): readonly DiffPart[] {
  if (before === after) return before === "" ? [] : [{ kind: "same", text: before }];
  const a = wordsOf(before);
  const b = wordsOf(after);
  let from = 0;
  while (from < a.length && from < b.length && a[from] === b[from]) from++;
  let end = 0;
  while (
    end < a.length - from &&
    end < b.length - from &&
    a[a.length - 1 - end] === b[b.length - 1 - end]
  ) {
    end++;
  }
  const middle = between(a.slice(from, a.length - end), b.slice(from, b.length - end));
  return joined([
    ...a.slice(0, from).map((text): DiffPart => ({ kind: "same", text })),
    ...middle,
    ...a.slice(a.length - end).map((text): DiffPart => ({ kind: "same", text })),
  ]);
}

/** Words with the space after them; punctuation separately. */
function wordsOf(text: string): readonly string[] {
  return text.match(/[\p{L}\p{N}_$-]+\s*|[^\p{L}\p{N}_$-]\s*/gu) ?? [];
}

/** By the longest common subsequence. */
function between(a: readonly string[], b: readonly string[]): readonly DiffPart[] {
  const gone = (text: string): DiffPart => ({ kind: "gone", text });
  const fresh = (text: string): DiffPart => ({ kind: "new", text });
  if (a.length > MOST_WORDS || b.length > MOST_WORDS) return [...a.map(gone), ...b.map(fresh)];
  const width = b.length + 1;
  const length = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number): number => length[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      length[i * width + j] =
        a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const parts: DiffPart[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [one, other] = [a[i], b[j]];
    if (one !== undefined && one === other) {
      parts.push({ kind: "same", text: one });
      i++;
      j++;
    } else if (one !== undefined && (other === undefined || at(i + 1, j) >= at(i, j + 1))) {
      parts.push(gone(one));
      i++;
    } else if (other !== undefined) {
      parts.push(fresh(other));
      j++;
    }
  }
  return parts;
}

function joined(parts: readonly DiffPart[]): readonly DiffPart[] {
  const together: DiffPart[] = [];
  for (const part of parts) {
    const last = together.at(-1);
    if (last?.kind === part.kind) {
      together[together.length - 1] = { kind: part.kind, text: last.text + part.text };
    } else together.push(part);
  }
  return together;
}
