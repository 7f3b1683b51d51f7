import type { Terminal } from "./terminal.ts";
import { clip, columnsOf, pad, padStart } from "./wrap.ts";

/** A column of a table. Its cells are safe to print. */
export interface Column {
  readonly title: string;
  readonly cells: readonly string[];
  /** Texts stand on the left, numbers on the right. */
  readonly kind: "text" | "number";
  /** Where there is no room for all columns, those with the highest number are left out first; what has none never is. */
  readonly spare?: number;
}

const INDENT = 2;
const GAP = 2;
const MIN_TEXT = 8;

/**
 * A table with a line of titles, in as many columns of the screen as it has. Numbers are never cut; texts are, where leaving out columns
 * does not suffice. Columns without any cell are left out.
 */
export function table(
  columns: readonly Column[],
  screen: Pick<Terminal, "columns" | "style">,
): string[] {
  let shown = columns.filter(({ cells }) => cells.some((cell) => cell !== ""));
  const widths = new Map(
    columns.map((column) => [
      column,
      Math.max(columnsOf(column.title), ...column.cells.map(columnsOf)),
    ]),
  );
  const widthOf = (column: Column): number => widths.get(column) ?? 0;
  const taken = (): number =>
    shown.reduce((sum, column) => sum + widthOf(column) + GAP, INDENT - GAP);
  while (taken() > screen.columns) {
    const most = Math.max(...shown.map(({ spare = 0 }) => spare));
    if (most === 0) break;
    shown = shown.filter(({ spare = 0 }) => spare < most);
  }
  // What is still too wide is cut from the widest texts.
  for (let over = taken() - screen.columns; over > 0; over = taken() - screen.columns) {
    const texts = shown.filter(({ kind }) => kind === "text");
    const [widest] = texts.toSorted((a, b) => widthOf(b) - widthOf(a));
    if (widest === undefined || widthOf(widest) <= MIN_TEXT) break;
    widths.set(widest, Math.max(MIN_TEXT, widthOf(widest) - over));
  }
  const line = (textOf: (column: Column) => string): string => {
    const cells = shown.map((column) => {
      const text = textOf(column);
      return column.kind === "text" ? pad(text, widthOf(column)) : padStart(text, widthOf(column));
    });
    return clip(`${" ".repeat(INDENT)}${cells.join(" ".repeat(GAP))}`.trimEnd(), screen.columns);
  };
  const rows = Math.max(0, ...columns.map(({ cells }) => cells.length));
  return [
    screen.style(
      "quiet",
      line(({ title }) => title),
    ),
    ...Array.from({ length: rows }, (_, row) => line(({ cells }) => cells[row] ?? "")),
  ];
}
