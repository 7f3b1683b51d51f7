import { readGiven } from "../check/given.ts";
import { refuseUnknown } from "../check/options.ts";
import { shown } from "../check/shown.ts";
import { AMOUNTS, type Cost } from "../model/call.ts";
import { QuorateError, type ErrorCode } from "../model/errors.ts";
import { sha256 } from "../model/hash.ts";
import { canonicalJson, takeJson, type Json } from "../model/json.ts";
import { fields, put, type Fields } from "../model/record.ts";
import { checkId } from "./eval-id.ts";

/** The earlier result of one agent: as in `outcome.results`, or as `quorate export --cases` writes it. */
export type RecordedResult =
  | {
      readonly status: "ok";
      readonly output?: unknown;
      /** What it cost then, which the bill shows again. */
      readonly cost?: Partial<Cost>;
      /**
       * The content key of its call. With a key, the answer serves only a call with the same content: not one of another
       * version of the agent, and not one that sees other results.
       */
      readonly key?: string;
    }
  | {
      readonly status: "failed";
      readonly error: { readonly code: ErrorCode; readonly message: string };
      readonly key?: string;
    }
  /** No agent was asked. */
  | { readonly status: "skipped" | "waiting" };

/** A task for which it is known what the team should decide. */
export interface EvalCase<Task = unknown> {
  /** The name of the case in reports, by which a baseline recognises it. Default: a short hash of `input`. */
  readonly id?: string;
  readonly input: Task;
  /** What is true, by subject: `{ task: "hold" }`. For findings, by their subject, `"present"` or `"absent"`. */
  readonly truths: Readonly<Record<string, Json>>;
  /**
   * Agents' earlier answers, by the id of their call: the agent's name, after those of its teams, joined by `/`. They are not
   * asked again.
   */
  readonly results?: Readonly<Record<string, RecordedResult>>;
}

/** A checked case. */
export interface TakenCase {
  readonly id: string;
  readonly input: unknown;
  readonly truths: ReadonlyMap<string, Json>;
  readonly results: ReadonlyMap<string, RecordedResult>;
}

/** The largest part of a case, in bytes of JSON. */
const MAX_CASE_BYTES = 64 * 2 ** 20;
const MAX_TRUTHS = 10_000;
const ID_CHARS = 12;
const MEMBERS = ["id", "input", "truths", "results"];

/** Reads a case. Refuses an invalid one with `INPUT_INVALID`; `where` begins the sentence. */
export function takeCase(given: unknown, where: string): TakenCase {
  return readGiven(where, given, () => {
    if (!isRecord(given)) {
      throw refusal(`${where} is ${shown(given)}; give { input, truths: { task: … } }`);
    }
    refuseUnknown(given, MEMBERS, where);
    if (given["input"] === undefined) {
      throw refusal(`${where} has no input; give the task, or null where the team needs none`);
    }
    const { fault, value } = { value: undefined, ...takeJson(given["input"], MAX_CASE_BYTES) };
    if (fault !== undefined) throw refusal(`${where}: input ${fault.why}`);
    return {
      id: idOf(given["id"], value as Json, where),
      input: value,
      truths: truthsOf(given["truths"], where),
      results: resultsOf(given["results"], where),
    };
  });
}

function idOf(given: unknown, input: Json, where: string): string {
  if (given === undefined) return sha256(canonicalJson(input)).slice(0, ID_CHARS);
  return checkId(given, `${where}: id`);
}

function truthsOf(given: unknown, where: string): ReadonlyMap<string, Json> {
  const instead = 'give what is true by subject, for instance { "task": "hold" }';
  if (!isRecord(given)) throw refusal(`${where}: truths is ${shown(given)}; ${instead}`);
  const entries = Object.entries(given);
  if (entries.length === 0) throw refusal(`${where} has no truths; ${instead}`);
  if (entries.length > MAX_TRUTHS) {
    throw refusal(`${where} has ${entries.length} truths, and may have ${MAX_TRUTHS}; split it`);
  }
  return new Map(
    entries.map(([subject, said]) => {
      const taken = takeJson(said, MAX_CASE_BYTES);
      if (taken.fault !== undefined || taken.value === undefined) {
        const why = taken.fault?.why ?? "is undefined";
        throw refusal(`${where}: the truth about ${JSON.stringify(subject)} ${why}`);
      }
      return [subject, taken.value as Json];
    }),
  );
}

function resultsOf(given: unknown, where: string): ReadonlyMap<string, RecordedResult> {
  if (given === undefined) return new Map();
  if (!isRecord(given)) {
    const instead = 'give { agent: { status: "ok", output } }';
    throw refusal(`${where}: results is ${shown(given)}; ${instead}`);
  }
  return new Map(
    Object.entries(given).map(([callId, result]) => [
      callId,
      resultOf(result, `${where}: the result of ${JSON.stringify(callId)}`),
    ]),
  );
}

function resultOf(given: unknown, where: string): RecordedResult {
  const { status, output, cost, key, error } = fields(given);
  const known = typeof key === "string" ? { key } : {};
  switch (status) {
    case "ok": {
      const taken = takeJson(output, MAX_CASE_BYTES);
      if (taken.fault !== undefined) throw refusal(`${where}: output ${taken.fault.why}`);
      return { status, output: taken.value, ...knownCost(cost), ...known };
    }
    case "failed": {
      const { code, message } = fields(error);
      const said = typeof message === "string" ? message : "it failed";
      const as = typeof code === "string" ? (code as ErrorCode) : "AGENT_FAILED";
      return { status, error: { code: as, message: said }, ...known };
    }
    case "skipped":
    case "waiting":
      return { status };
    default:
      throw refusal(`${where} is ${shown(given)}; give { status: "ok", output }`);
  }
}

function knownCost(given: unknown): { readonly cost?: Partial<Cost> } {
  const cost: Record<string, number> = {};
  for (const name of AMOUNTS) {
    const amount = fields(given)[name];
    if (typeof amount === "number" && Number.isSafeInteger(amount) && amount >= 0) {
      put(cost, name, amount);
    }
  }
  return Object.keys(cost).length === 0 ? {} : { cost };
}

function isRecord(given: unknown): given is Fields {
  return typeof given === "object" && given !== null && !Array.isArray(given);
}

function refusal(message: string): QuorateError {
  return new QuorateError("INPUT_INVALID", message);
}
