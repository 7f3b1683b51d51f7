import type { Terminal } from "../../src/cli/shown/terminal.ts";

/** A terminal as a pipe is one: plain, and what was printed can be read. */
export function piped(columns: number = 80): Terminal & { readonly printed: string[] } {
  const printed: string[] = [];
  return {
    columns,
    rows: 24,
    live: false,
    style: (_style, text) => text,
    print: (...lines) => {
      printed.push(...lines);
    },
    closed: new AbortController().signal,
    printed,
  };
}
