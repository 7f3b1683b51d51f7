import { types } from "node:util";
import { hear, isThenable } from "../model/hear.ts";
import type { Fields } from "../model/record.ts";
// Facts about a foreign error. It may be anything: a property that throws when it is read counts as absent, but
// `instanceof` and `in` throw on some objects, too. Callers of these functions must expect that.

// Errors come from outside: a chain of causes may be long, or a circle.
const MAX_CAUSES = 5;
const MAX_BODY_CHARS = 16_384;
// Node itself takes 2,000 of a response.
const MAX_HEADERS = 2_000;
const MAX_HEADER_BYTES = 1_000;

/** An error, its cause, the cause of that, and so on, a few deep. The `RetryError` of the AI SDK has its cause as `lastError`. */
export function causes(error: unknown): readonly Fields[] {
  const chain: Fields[] = [];
  let next = error;
  while (isObject(next) && chain.length < MAX_CAUSES && !chain.includes(next)) {
    chain.push(next);
    next = field(next, "cause") ?? field(next, "lastError");
  }
  return chain;
}

/** The errors of an `AggregateError`; none of anything else. */
export function errorsIn(error: Fields): readonly unknown[] {
  const errors = field(error, "errors");
  return Array.isArray(errors) ? errors.slice(0, MAX_CAUSES) : [];
}

/** The names of an error: its own, its class's and its codes. Clients differ in which of them they set. */
export function namesOf(error: Fields): readonly unknown[] {
  const maker = field(error, "constructor");
  return [
    field(error, "code"),
    field(error, "name"),
    typeof maker === "function" ? Reflect.get(maker, "name") : undefined,
  ];
}

/** Its HTTP status, if it is that of a failure: 400 to 599. If several are found, the nearest counts. */
export function statusOf(error: Fields): number | undefined {
  for (const [place, name] of STATUS_PLACES) {
    const said = field(place === "" ? error : inner(error, place), name);
    const status = typeof said === "string" ? Number(said) : said;
    if (typeof status !== "number" || !Number.isInteger(status)) continue;
    if (status >= 400 && status < 600) return status;
  }
  return undefined;
}

const STATUS_PLACES: readonly (readonly [string, string])[] = [
  ["", "status"],
  ["", "statusCode"],
  ["$metadata", "httpStatusCode"],
  ["$response", "statusCode"],
  ["response", "status"],
  ["response", "statusCode"],
  // Google's clients. Other codes are names, or numbers below 100.
  ["", "code"],
];

/** The headers of its response, in whatever shape its client has them. */
export function headersOf(error: Fields): readonly unknown[] {
  return [
    field(error, "headers"),
    field(error, "responseHeaders"),
    field(inner(error, "response"), "headers"),
    field(inner(error, "$response"), "headers"),
  ].filter((headers) => headers !== undefined);
}

/** A header by its name in lower case: from any kind of `Headers`, a `Map`, a plain object, a list of pairs or a flat one; as texts or bytes. */
export function headerOf(headers: unknown, name: string): string | undefined {
  try {
    if (!isObject(headers)) return undefined;
    if (Array.isArray(headers)) return textOf(listed(headers, name));
    if (headers instanceof Map)
      return textOf(listed([...headers.entries().take(MAX_HEADERS)], name));
    const get = field(headers, "get");
    if (typeof get === "function") return textOf(Reflect.apply(get, headers, [name]));
    const key = Object.keys(headers)
      .slice(0, MAX_HEADERS)
      .find((one) => one.toLowerCase() === name);
    return key === undefined ? undefined : textOf(field(headers, key));
  } catch {
    // Whatever they are, they cannot be read.
    return undefined;
  }
}

function listed(headers: readonly unknown[], name: string): unknown {
  // In Node's `rawHeaders` and undici's: name, value, name, value.
  const all = headers.slice(0, 2 * MAX_HEADERS);
  const isName = (one: unknown): boolean => textOf(one)?.toLowerCase() === name;
  const pair: unknown = all.find((one) => Array.isArray(one) && isName(one[0]));
  if (Array.isArray(pair)) return pair[1];
  return all.find((_, index) => index % 2 === 1 && isName(all[index - 1]));
}

function textOf(value: unknown): string | undefined {
  // A header that came twice is a list, and is ignored here.
  const one: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (types.isUint8Array(one)) return Buffer.from(one.subarray(0, MAX_HEADER_BYTES)).toString();
  return typeof one === "string" || typeof one === "number" ? String(one) : undefined;
}

/** The codes and types of a failed request's error, from the error or the response's body. */
export function mistakesOf(error: Fields): readonly unknown[] {
  const response = inner(error, "response");
  const bodies = [
    error,
    field(error, "error"),
    field(error, "data"),
    field(error, "responseBody"),
    // A body that was not read yet is a stream, and in some clients a getter that complains.
    ownField(response, "data"),
    ownField(response, "body"),
  ];
  return bodies.flatMap(mistakesIn);
}

function mistakesIn(body: unknown): readonly unknown[] {
  if (typeof body === "string") {
    const found = body.slice(0, MAX_BODY_CHARS).matchAll(/"(?:code|type)"\s*:\s*"([^"]{1,100})"/g);
    return [...found].map(([, name]) => name);
  }
  if (!isObject(body)) return [];
  const error = inner(body, "error");
  return [body, error].flatMap((one) => [field(one, "code"), field(one, "type")]);
}

/** A property that is an object; an empty one if it is not. */
function inner(object: Fields, name: string): Fields {
  const value = field(object, name);
  return isObject(value) ? value : NOTHING;
}

const NOTHING: Fields = Object.freeze({});

export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

/** A property of a foreign object; one that throws when read counts as absent. Hears a promise, which a getter may have only just made. */
export function field(object: Fields, name: string): unknown {
  try {
    const value = object[name];
    if (isThenable(value)) hear(value);
    return value;
  } catch (thrown) {
    if (isThenable(thrown)) hear(thrown);
    return undefined;
  }
}

function ownField(object: Fields, name: string): unknown {
  return Object.hasOwn(object, name) ? field(object, name) : undefined;
}
