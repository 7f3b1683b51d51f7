import { pad, padStart, type Terminal } from "quorate/cli";
import { f1, precision, recall, type Score } from "./score.ts";

/** A score with its owner's name. */
export interface Row {
  readonly name: string;
  readonly score: Score;
  readonly isBoard: boolean;
}

const HEADINGS = ["right", "false", "missed", "precision", "recall", "F1"] as const;
const NAME_COLUMNS = 14;
const COLUMNS = 11;

/** The precision, recall and F1 of all, best F1 first. */
export function scoreTable(rows: readonly Row[], screen: Terminal): string[] {
  const sorted = rows.toSorted((a, b) => (f1(b.score) ?? -1) - (f1(a.score) ?? -1));
  return [
    screen.style(
      "quiet",
      `  ${pad("", NAME_COLUMNS)}${HEADINGS.map((each) => padStart(each, COLUMNS - 1)).join("")}`,
    ),
    ...sorted.map(({ name, score, isBoard }) => {
      const cells = [
        String(score.right),
        String(score.falseAlarms),
        String(score.missed),
        digits(precision(score)),
        digits(recall(score)),
        digits(f1(score)),
      ];
      const line = `${isBoard ? "▸ " : "  "}${pad(name, NAME_COLUMNS)}${cells.map((each) => padStart(each, COLUMNS - 1)).join("")}`;
      return isBoard ? screen.style("good", line) : line;
    }),
  ];
}

function digits(value: number | null): string {
  return value === null ? "–" : value.toFixed(2);
}
