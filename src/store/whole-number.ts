/** A foreign limit or position as a whole number from 0: a value that is not a number counts as 0. */
export function wholeNumber(value: number): number {
  return typeof value === "number" && value > 0
    ? Math.min(Math.floor(value), Number.MAX_SAFE_INTEGER)
    : 0;
}
