/** One way to do the work, and the provider's totals for it. */
export interface Row {
  readonly what: string;
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly chargedMicros: number;
}

/** The rows as lines of at most 80 columns, with a bar for the money. */
export function savingsTable(rows: readonly Row[]): readonly string[] {
  const most = Math.max(1, ...rows.map(({ chargedMicros }) => chargedMicros));
  return [
    `${"".padEnd(27)}${"requests".padStart(8)}${"tokens".padStart(9)}${"charged".padStart(10)}`,
    ...rows.map(({ what, requests, inputTokens, outputTokens, chargedMicros }) => {
      const share = chargedMicros / most;
      const bar = "#".repeat(Math.max(1, Math.round(share * 16)));
      const tokens = (inputTokens + outputTokens).toLocaleString("en-US");
      const money = `$${(chargedMicros / 1e6).toFixed(4)}`;
      return `${what.padEnd(27)}${String(requests).padStart(8)}${tokens.padStart(9)}${money.padStart(10)} ${String(Math.round(share * 100)).padStart(4)} % ${bar}`;
    }),
  ];
}
