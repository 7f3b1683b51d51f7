import { field, headerOf, headersOf } from "./foreign-error.ts";
import type { Fields } from "../model/record.ts";

/**
 * How long the service asks to wait, in ms: `retryAfterMs` as a number, the header `retry-after-ms`, or `Retry-After` in seconds
 * or as a date (RFC 9110, 10.2.3). Anything else is ignored.
 */
export function retryAfterOf(error: Fields, nowMs: number): number | undefined {
  const direct = field(error, "retryAfterMs");
  if (typeof direct === "number" && direct >= 0) return direct;
  for (const headers of headersOf(error)) {
    const ms = decimal(headerOf(headers, "retry-after-ms"));
    if (ms !== undefined) return ms;
    const text = headerOf(headers, "retry-after");
    const seconds = decimal(text);
    if (seconds !== undefined) return seconds * 1_000;
    const atMs = text === undefined ? undefined : httpDateMs(text.trim(), nowMs);
    if (atMs !== undefined) return Math.max(0, atMs - nowMs);
  }
  return undefined;
}

/** Only digits, with at most a fraction: other texts that `Number` accepts (`1e3`, `0x10`, ``, `Infinity`) are not times. */
function decimal(text: string | undefined): number | undefined {
  return text !== undefined && /^[ \t]*\d+(?:\.\d+)?[ \t]*$/.test(text) ? Number(text) : undefined;
}

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const TIME = String.raw`(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)`;
const MONTH = `(?<month>${MONTHS.join("|")})`;

// The three forms of RFC 9110, 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`.
const HTTP_DATES: readonly RegExp[] = [
  String.raw`^[A-Z][a-z]{2}, (?<day>\d\d) ${MONTH} (?<year>\d{4}) ${TIME} GMT$`,
  String.raw`^[A-Z][a-z]{5,8}, (?<day>\d\d)-${MONTH}-(?<year>\d\d) ${TIME} GMT$`,
  String.raw`^[A-Z][a-z]{2} ${MONTH} (?<day>[ \d]\d) ${TIME} (?<year>\d{4})$`,
].map((pattern) => new RegExp(pattern));

function httpDateMs(text: string, nowMs: number): number | undefined {
  for (const form of HTTP_DATES) {
    const { day, month = "", year, hour, minute, second } = form.exec(text)?.groups ?? {};
    if (year === undefined) continue;
    const at = [MONTHS.indexOf(month), Number(day), Number(hour), Number(minute)] as const;
    const atMs = Date.UTC(fullYear(year, nowMs), ...at, Number(second));
    const there = new Date(atMs);
    // `Date.UTC` reads the 31st of February as a day in March. A leap second may be the 60th.
    const isDate = there.getUTCDate() === Number(day) || Number(second) === 60;
    return isDate && Number(hour) < 24 && Number(minute) < 60 ? atMs : undefined;
  }
  return undefined;
}

/** A two-digit year that would be more than 50 years ahead is the one in the past with the same digits. */
function fullYear(digits: string, nowMs: number): number {
  if (digits.length === 4) return Number(digits);
  const thisYear = new Date(nowMs).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + Number(digits);
  return year > thisYear + 50 ? year - 100 : year;
}
