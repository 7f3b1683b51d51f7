import { record } from "../check/kinds.ts";
import { option, type Option } from "../check/options.ts";
import { shown } from "../check/shown.ts";
import { QuorateError } from "../model/errors.ts";
import { hear, promiseOf } from "../model/hear.ts";
import { OF_CONNECTION } from "./guarded-fetch.ts";
import { refusal } from "./refusal.ts";

/**
 * The value of a header: a text; `{ env: "TOKEN" }`, that variable of this process, with `prefix` before it if given; or a function that
 * is called for each attempt.
 */
export type HeaderValue =
  | string
  | { readonly env: string; readonly prefix?: string }
  | (() => string | Promise<string>);

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const USE = 'use { authorization: { env: "TOKEN", prefix: "Bearer " } }';

/** The `headers` option. Its errors show no value, which may be a secret. */
export const HEADERS: Option<Readonly<Record<string, HeaderValue>> | undefined> = option(
  (given, what) => {
    const headers = record<Readonly<Record<string, HeaderValue>>>(USE).take(given, what) ?? {};
    for (const [name, value] of Object.entries(headers)) {
      const why = !NAME.test(name)
        ? `has ${shown(name)}, which is not the name of a header`
        : OF_CONNECTION.has(name.toLowerCase())
          ? `has ${name}, which the connection sets by itself`
          : isHeaderValue(value)
            ? undefined
            : `has a ${name} that is not a valid header`;
      if (why !== undefined) throw new QuorateError("BAD_OPTIONS", `${what} ${why}; ${USE}`);
    }
    return headers;
  },
  USE,
);

function isHeaderValue(value: unknown): boolean {
  if (typeof value === "string") return VALUE.test(value);
  if (typeof value === "function") return true;
  const { env, prefix = "" } = Object(value) as {
    readonly env?: unknown;
    readonly prefix?: unknown;
  };
  return typeof env === "string" && env !== "" && typeof prefix === "string" && VALUE.test(prefix);
}

/** The headers of one attempt, and the secrets among them. */
export interface MadeHeaders {
  readonly headers: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
}

/** Makes the headers of one attempt. Rejects with `AGENT_FAILED` if a variable is not set or a value cannot be a header. */
export async function headersFor(
  given: Readonly<Record<string, HeaderValue>>,
  agent: string,
): Promise<MadeHeaders> {
  const headers: Record<string, string> = {};
  const secrets: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    const made: unknown =
      typeof value === "function" ? await promiseOf(value()) : fixed(value, name, agent);
    if (typeof made !== "string" || !VALUE.test(made)) {
      hear(made);
      throw refusal(
        `${agent}: its header ${name} is not a valid header; make it a text of one line`,
      );
    }
    const sent = made.trim();
    headers[name.toLowerCase()] = sent;
    // Also without the scheme of an authorization header.
    secrets.push(sent, sent.replace(/^\S+\s+/, ""));
  }
  return { headers, secrets };
}

function fixed(value: Exclude<HeaderValue, () => unknown>, name: string, agent: string): string {
  if (typeof value === "string") return value;
  const found = process.env[value.env];
  if (found !== undefined && found !== "") return `${value.prefix ?? ""}${found}`;
  throw refusal(
    `${agent}: its header ${name} needs the variable ${value.env}, which is not set; set it`,
  );
}
