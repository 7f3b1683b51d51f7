import { wordsIn } from "./word-lists.ts";

// Words for numbers, what they count, and times.

export const NUMBER_WORDS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    zero: 0,
    one: 1,
    two: 2,
    three: 3,
    four: 4,
    five: 5,
    six: 6,
    seven: 7,
    eight: 8,
    nine: 9,
    ten: 10,
    eleven: 11,
    twelve: 12,
    thirteen: 13,
    fourteen: 14,
    fifteen: 15,
    sixteen: 16,
    seventeen: 17,
    eighteen: 18,
    nineteen: 19,
    twenty: 20,
    thirty: 30,
    forty: 40,
    fifty: 50,
    sixty: 60,
    seventy: 70,
    eighty: 80,
    ninety: 90,
    hundred: 100,
    thousand: 1_000,
    million: 1_000_000,
    once: 1,
    twice: 2,
    thrice: 3,
    dozen: 12,
  }),
);

/** Units of one dimension, in terms of one of them. */
export const UNITS: ReadonlyMap<string, readonly [dimension: string, factor: number]> = new Map(
  Object.entries({
    time: "ns nanosecond nanoseconds=0.000001 us µs μs microsecond microseconds=0.001 ms msec millisecond milliseconds=1 s sec secs second seconds=1000 min mins minute minutes=60000 h hr hrs hour hours=3600000 d day days=86400000 w week weeks=604800000 month months=2592000000 year years=31536000000",
    bytes:
      "bit bits=0.125 kbit kbits=128 mbit mbits=131072 gbit gbits=134217728 byte bytes=1 ki kb kib kilobyte kilobytes=1024 mi mb mib megabyte megabytes=1048576 gi gb gib gigabyte gigabytes=1073741824 tb tib terabyte terabytes=1099511627776",
    percent: "% percent pct=1",
    "": "k thousand=1000 million=1000000 billion=1000000000",
    usd: "usd dollar dollars=1 cent cents=0.01",
    eur: "eur euro euros=1",
    gbp: "gbp=1",
    length:
      "mm=0.001 cm=0.01 inch inches=0.0254 foot feet ft=0.3048 metre metres meter meters=1 km kilometre kilometres kilometer kilometers=1000 mile miles=1609.344",
    mass: "ng=0.000000001 µg μg mcg microgram micrograms=0.000001 mg milligram milligrams=0.001 g gram grams=1 oz=28.349523125 lb lbs=453.59237 kg kilogram kilograms=1000",
    volume:
      "ml millilitre millilitres milliliter milliliters=0.001 cl=0.01 dl=0.1 l litre litres liter liters=1",
    pixels: "px pixel pixels=1",
    frequency: "hz=1 khz=1000 mhz=1000000 ghz=1000000000",
  }).flatMap(([dimension, listed]) => {
    const names: string[] = [];
    return listed.split(" ").flatMap((item) => {
      const [name = "", factor] = item.split("=");
      names.push(name);
      if (factor === undefined) return [];
      return names.splice(0).map((each) => [each, [dimension, Number(factor)]] as const);
    });
  }),
);

/** How often: the time from one to the next, as a number with its unit. */
export const OFTEN: ReadonlyMap<string, readonly [count: number, unit: string]> = new Map([
  ["hourly", [1, "hour"]],
  ["daily", [1, "day"]],
  ["nightly", [1, "day"]],
  ["weekly", [1, "week"]],
  ["monthly", [1, "month"]],
  ["yearly", [1, "year"]],
  ["annually", [1, "year"]],
]);

/** Before a unit, these say how often: `every hour`, `100 per second`. */
export const EACH: ReadonlySet<string> = wordsIn("every each per");

/** What money is counted in. */
export const MAGNITUDES: ReadonlyMap<string, number> = new Map(
  Object.entries({
    k: 1e3,
    thousand: 1e3,
    m: 1e6,
    mn: 1e6,
    million: 1e6,
    b: 1e9,
    bn: 1e9,
    billion: 1e9,
  }),
);

/** The signs of currencies, with a unit of money. */
export const MONEY_SIGNS: ReadonlyMap<string, string> = new Map([
  ["$", "usd"],
  ["€", "eur"],
  ["£", "gbp"],
]);

export const MONTHS: ReadonlySet<string> = wordsIn(
  "january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec",
);

export const DAYS: ReadonlySet<string> = wordsIn(
  "monday tuesday wednesday thursday friday saturday sunday",
);
