/** `$12.34`, `$0.0042`, `$0.000042`: with as many digits as an amount needs, so that only nothing reads `$0`. */
export function money(usdMicros: number): string {
  if (usdMicros === 0) return "$0";
  const usd = usdMicros / 1e6;
  const digits = usd >= 100 ? 2 : usd >= 0.01 ? 4 : 6;
  const [whole = "", part = ""] = usd.toFixed(digits).split(".");
  const shown = part.replace(/0+$/, "").padEnd(2, "0");
  return `$${Number(whole).toLocaleString("en-US")}.${shown}`;
}

/** The same, or the word for an unknown amount. */
export function moneyOr(usdMicros: number | "unknown", unknown: string = "unknown"): string {
  return usdMicros === "unknown" ? unknown : money(usdMicros);
}
