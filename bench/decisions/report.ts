import type { SectionResult, SetResult } from "./section.ts";

const DECIMALS = 3;
const METHOD_COLUMNS = 34;
const FIGURE_COLUMNS = 10;

/** A section for people: a table for each set. Lines have at most 80 columns, unless a name is longer. */
export function show(name: string, { title, notes, sets, decimals = {} }: SectionResult): string {
  const tables = Object.entries(sets).map(([set, methods]) => table(set, methods, decimals));
  return [`${name}: ${title}`, ...notes.map((note) => `  ${note}`), ...tables].join("\n");
}

function table(
  set: string,
  methods: SetResult,
  decimals: Readonly<Record<string, number>>,
): string {
  const names = [...new Set(Object.values(methods).flatMap((figures) => Object.keys(figures)))];
  const head = `  ${set.padEnd(METHOD_COLUMNS)}${names.map((name) => name.padStart(FIGURE_COLUMNS)).join("")}`;
  const rows = Object.entries(methods).map(([method, figures]) => {
    const cells = names.map((name) => cell(figures[name], decimals[name] ?? DECIMALS));
    return `    ${method.padEnd(METHOD_COLUMNS - 2)}${cells.join("")}`;
  });
  return ["", head, ...rows].join("\n");
}

function cell(value: number | null | undefined, decimals: number): string {
  const text = value === undefined || value === null ? "-" : value.toFixed(decimals);
  // Shares are shown as .867: most figures are.
  return (decimals === DECIMALS ? text.replace(/^(-?)0\./, "$1.") : text).padStart(FIGURE_COLUMNS);
}
