import { styleText } from "node:util";
import { closed as closedOf, writeTo } from "../output.ts";
import { withoutCommands } from "../workflow-commands.ts";

/** What a style says, not how it looks: there are few, so that a page stays quiet. */
export type Style = "title" | "quiet" | "good" | "warn" | "bad";

const FORMATS = {
  title: "bold",
  quiet: "dim",
  good: "green",
  warn: "yellow",
  bad: "red",
} as const;

/** Where a report goes. */
export interface Terminal {
  /** How wide a line may be: 80 when piped, else what the window has, between 40 and 100. */
  readonly columns: number;
  /** How many lines the window has; 24 when piped. */
  readonly rows: number;
  /** Whether lines may be redrawn: never when piped, with `NO_COLOR`, or with `TERM=dumb`. */
  readonly live: boolean;
  /** `text` in colour where that is wanted, else as it is. */
  style(style: Style, text: string): string;
  /** Writes lines. Once nothing can be written any more (`| head`, a full disk), does nothing. */
  print(...lines: readonly string[]): void;
  /** Aborted when nothing can be written any more, with the error that says why. */
  readonly closed: AbortSignal;
}

const PIPED_COLUMNS = 80;
const PIPED_ROWS = 24;
const MIN_COLUMNS = 40;
// Longer lines of prose are hard to read.
const MAX_COLUMNS = 100;

/** A terminal on a stream of this process. */
export function terminal(stream: NodeJS.WriteStream = process.stdout): Terminal {
  const closed = closedOf(stream);
  const live = stream.isTTY && isUnset("NO_COLOR") && process.env["TERM"] !== "dumb";
  return {
    live,
    closed,
    get columns() {
      if (!stream.isTTY) return PIPED_COLUMNS;
      return Math.min(MAX_COLUMNS, Math.max(MIN_COLUMNS, stream.columns || PIPED_COLUMNS));
    },
    get rows() {
      return stream.isTTY ? stream.rows || PIPED_ROWS : PIPED_ROWS;
    },
    // Node's own rules: a terminal, NO_COLOR, FORCE_COLOR, TERM.
    style: (style, text) => styleText(FORMATS[style], text, { stream }),
    print(...lines) {
      const text = lines.map((line) => `${line}\n`).join("");
      if (!closed.aborted) writeTo(stream, withoutCommands(text));
    },
  };
}

function isUnset(variable: string): boolean {
  return (process.env[variable] ?? "") === "";
}
