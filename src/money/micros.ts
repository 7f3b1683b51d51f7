import { number } from "../check/kinds.ts";
import type { Option } from "../check/options.ts";

/**
 * Money at the edges: people write US dollars as decimals, all other code computes in whole micro-dollars. A number is read as
 * the decimal that was written, never as the binary fraction next to it, so `{ usd: 4.1 }` is exactly 4,100,000
 * micro-dollars.
 */

/** The largest amount of an option, in US dollars: a sum of many such amounts is still an exact integer. */
const MAX_USD = 1e9;

/** An amount of US dollars; `per` says for what it is the price. */
export function usDollars(per = ""): Option<number | undefined> {
  return number(0, MAX_USD, `use US dollars${per} from 0 to ${MAX_USD}`);
}

const MICROS_PLACES = 6n;

/** A decimal number: `digits / 10 ** places`. */
interface Decimal {
  readonly digits: bigint;
  readonly places: bigint;
}

// Every decimal with this many digits has its own number. Further digits come from binary arithmetic: 0.1 + 0.2.
const MAX_DIGITS = 15;

/** The decimal as which a finite number was written. */
function decimalOf(value: number): Decimal {
  const [mantissa = "", exponent = "0"] = String(withoutNoise(value)).split("e");
  const [whole = "", part = ""] = mantissa.split(".");
  const places = part.length - Number(exponent);
  const digits = BigInt(whole + part);
  return places < 0
    ? { digits: digits * 10n ** BigInt(-places), places: 0n }
    : { digits, places: BigInt(places) };
}

function withoutNoise(value: number): number {
  return Number(value.toPrecision(MAX_DIGITS));
}

/** US dollars in micro-dollars; what may be spent is rounded down, what something costs is rounded up. */
export function microsOf(usd: number, rounded: "up" | "down"): number {
  const { digits, places } = decimalOf(usd);
  const micros = digits * 10n ** MICROS_PLACES;
  return Number(rounded === "up" ? divideUp(micros, places) : micros / 10n ** places);
}

/** An amount of micro-dollars that may have a fraction, rounded up. */
export function wholeMicros(micros: number): number {
  return Number.isInteger(micros) ? micros : Math.ceil(withoutNoise(micros));
}

/** What tokens cost, in micro-dollars, rounded up once: a dollar per million tokens is a micro-dollar per token. */
export function tokenMicros(
  tokens: readonly (readonly [count: number, usdPerMillion: number])[],
): number {
  const priced = tokens.map(([count, usd]) => ({ count: BigInt(count), price: decimalOf(usd) }));
  const most = priced.reduce(
    (places, { price }) => (price.places > places ? price.places : places),
    0n,
  );
  const sum = priced.reduce(
    (sum, { count, price }) => sum + count * price.digits * 10n ** (most - price.places),
    0n,
  );
  return Math.min(Number(divideUp(sum, most)), Number.MAX_SAFE_INTEGER);
}

function divideUp(digits: bigint, places: bigint): bigint {
  const divisor = 10n ** places;
  return (digits + divisor - 1n) / divisor;
}

/** An amount as a person reads it: `$0.0042`. */
export function dollars(micros: number): string {
  const whole = Math.floor(micros / 1e6);
  const part = String(micros - whole * 1e6).padStart(6, "0");
  return `$${whole}.${part.replace(/0{1,4}$/, "")}`;
}
