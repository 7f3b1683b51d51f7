import headless from "@xterm/headless";
import { COLUMNS } from "./sessions.ts";

// What stands on a terminal when all of a text has been written to it, and that as a picture.

export type Look = "plain" | "title" | "quiet" | "good" | "warn" | "bad";

/** Characters that look alike, from a column on. */
export interface Piece {
  readonly column: number;
  readonly text: string;
  readonly look: Look;
}

export type ScreenRow = readonly Piece[];

const ROWS = 200;
const COLOURS: Readonly<Record<number, Look>> = { 1: "bad", 2: "good", 3: "warn" };

/** The rows of the screen from its first one to the last one with something on it. */
export async function screenOf(text: string): Promise<readonly ScreenRow[]> {
  const terminal = new headless.Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true });
  await new Promise<void>((done) => terminal.write(text, done));
  const { active } = terminal.buffer;
  const rows = Array.from({ length: active.baseY + ROWS }, (_, index) => {
    const line = active.getLine(index);
    const cells = Array.from({ length: COLUMNS }, (__, column) => line?.getCell(column));
    return cells.reduce<Piece[]>((pieces, cell, column) => {
      const chars = cell?.getChars() ?? "";
      const look: Look =
        cell?.isFgPalette() === true
          ? (COLOURS[cell.getFgColor()] ?? "plain")
          : cell?.isBold()
            ? "title"
            : cell?.isDim()
              ? "quiet"
              : "plain";
      const last = pieces.at(-1);
      if (chars.trim() === "") return pieces;
      const gap = last === undefined ? column : column - last.column - last.text.length;
      if (last === undefined || last.look !== look || gap > 1)
        return [...pieces, { column, text: chars, look }];
      return [...pieces.slice(0, -1), { ...last, text: last.text + " ".repeat(gap) + chars }];
    }, []);
  });
  terminal.dispose();
  return rows.slice(0, rows.findLastIndex((row) => row.length > 0) + 1);
}

const PAD = 16;
const CELL = 8.4;
const LINE = 18;

const STYLE = `
  svg { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace; }
  text { white-space: pre; }
  .page { fill: #ffffff; stroke: #d0d7de; }
  .plain { fill: #24292f; } .title { fill: #24292f; font-weight: bold; } .quiet { fill: #6a737d; }
  .good { fill: #1a7f37; } .warn { fill: #8a5a00; } .bad { fill: #c62828; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #16181d; stroke: #343a46; }
    .plain { fill: #d8dce4; } .title { fill: #ffffff; } .quiet { fill: #8f97a6; }
    .good { fill: #7cc379; } .warn { fill: #e0b35c; } .bad { fill: #ef7c7c; }
  }
`;

/** A picture of the rows, in the light or the dark as whoever looks at it has it. Each piece has the width of its columns, whatever font is there. */
export function pictureOf(rows: readonly ScreenRow[], title: string): string {
  const width = Math.ceil(COLUMNS * CELL + 2 * PAD);
  const height = rows.length * LINE + 2 * PAD;
  const lines = rows.map((row, index) => {
    const y = PAD + index * LINE + 14;
    const pieces = row.map(({ column, text, look }) => {
      const x = (PAD + column * CELL).toFixed(1);
      const length = (text.length * CELL).toFixed(1);
      return `<tspan class="${look}" x="${x}" textLength="${length}">${escaped(text)}</tspan>`;
    });
    return `<text y="${y}">${pieces.join("")}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="page" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="6"/>`,
    ...lines,
    "</svg>",
    "",
  ].join("\n");
}

/** The lines of text in a picture that was made so. */
export function linesIn(picture: string): readonly string[] {
  return [...picture.matchAll(/<text y="\d+">(.*?)<\/text>/g)].map(([, row = ""]) =>
    [...row.matchAll(/x="([\d.]+)"[^>]*>([^<]*)</g)].reduce((line, [, x, text = ""]) => {
      const column = Math.round((Number(x) - PAD) / CELL);
      return line.padEnd(column) + unescaped(text);
    }, ""),
  );
}

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;" } as const;

function escaped(text: string): string {
  return text.replaceAll(/[&<>]/g, (sign) => ENTITIES[sign as keyof typeof ENTITIES]);
}

function unescaped(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
