const SIGNS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] as const;

/** Amounts as one line of bars, the largest of full height; nothing is a space. */
export function sparkLine(amounts: readonly number[]): string {
  const most = Math.max(...amounts);
  return amounts
    .map((amount) => {
      if (amount <= 0 || most <= 0) return " ";
      return SIGNS[Math.max(0, Math.ceil((amount / most) * SIGNS.length) - 1)] ?? " ";
    })
    .join("");
}
