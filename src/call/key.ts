import type { Agent } from "../describe/agent.ts";
import { hear } from "../model/hear.ts";
import type { CallRequest, UpstreamResult } from "../model/call.ts";
import { sha256 } from "../model/hash.ts";
import { canonicalJson, takeJson, type Json } from "../model/json.ts";
import type { Schema } from "../check/schema.ts";
import type { Redactor } from "../log/redact.ts";

/** Part of every key: a key that is made differently is another key. */
export const KEY_FORMAT = 1;

/** The content of a call: everything that shapes its answer, and nothing else. */
export interface CallContent {
  /** Identifies the agent, or the team. */
  readonly definition: string;
  readonly input: unknown;
  /** The input is not the run's task itself: it may contain something of what others have said. */
  readonly derived: boolean;
  readonly results: CallRequest["results"];
  readonly failed?: CallRequest["failed"] | undefined;
  readonly others?: CallRequest["others"] | undefined;
}

/**
 * Identifies a call by its content. Its limits, its place in the team and its description are not part of it. The parts are hashed once
 * each (SHA-256 over canonical JSON, RFC 8785) and joined:
 *
 *     format "/" definition "/" input ( "/" name ":" upstream result )* ( "/~failed:" codes )? ( "/~others:" what they hold )?
 *
 * A name has neither "/" nor "~", and a hash neither "/" nor ":", so two different lists of parts never look the same. Of
 * the failures before a fallback only the codes count, because messages have changing times and places.
 */
export function contentKey(content: CallContent, hashes: PartHashes): string {
  const { definition, input, derived, results, failed, others } = content;
  const parts = Object.keys(results)
    .toSorted()
    .map((name) => `/${name}:${upstreamHash(results[name], hashes)}`);
  if (failed !== undefined) parts.push(`/~failed:${hashes.of(failed.map(({ code }) => code))}`);
  if (others !== undefined) parts.push(`/~others:${hashes.others(others)}`);
  return `${KEY_FORMAT}/${definition}/${hashes.input(input, derived)}${parts.join("")}`;
}

/** How the parts of a key are hashed. */
interface PartHashes {
  readonly of: (value: unknown) => string;
  readonly input: (input: unknown, derived: boolean) => string;
  readonly output: (output: unknown) => string;
  readonly detail: (result: UpstreamResult | undefined) => string;
  readonly others: (others: NonNullable<CallRequest["others"]>) => string;
}

function upstreamHash(result: UpstreamResult | undefined, hashes: PartHashes): string {
  // No hash begins with "!", so no output looks like a failure.
  return result?.status === "ok" ? hashes.output(result.output) : `!${hashes.detail(result)}`;
}

/** Ends a key from which something is left out: a keyed hash of all of the content, or nothing. */
const KEYED = "/~keyed:";
const HIDDEN = "/~hidden";

/** Whether calls with this key have the same content, in any run. Unknown, and so false, for a key with hidden content. */
export function isShared(key: string | undefined): key is string {
  return key !== undefined && !key.endsWith(HIDDEN);
}

/** Whether a key belongs to a call of that agent or team as it is described now. */
export function isOfDefinition(key: string | undefined, definition: string): boolean {
  return key?.split("/", 2)[1] === definition;
}

/**
 * The keys of the calls of one run. If `redact` takes something out of a content, it could be guessed from a plain hash. Its key
 * is then made of what is left, and of a hash of the whole with the caller's secret if there is one. Without a secret, the key only
 * distinguishes the calls of its own run; see `isShared`.
 */
export class ContentKeys {
  readonly #whole: PartHashes = partHashes(new ValueHashes());
  readonly #kept: PartHashes | undefined;
  readonly #keyed: SecretHash | undefined;

  constructor(redactor?: Redactor, keyed?: SecretHash) {
    this.#kept = redactor === undefined ? undefined : partHashes(new ValueHashes(), redactor);
    this.#keyed = keyed;
  }

  of(content: CallContent): string {
    const whole = contentKey(content, this.#whole);
    if (this.#kept === undefined) return whole;
    const kept = contentKey(content, this.#kept);
    if (kept === whole) return whole;
    return this.#keyed === undefined ? kept + HIDDEN : kept + KEYED + this.#keyed(whole);
  }

  /**
   * Whether a key in a run's log belongs to a call with this content, as far as that can be known: a secret may have been added or
   * exchanged since, and earlier versions of this package hashed everything.
   */
  isOf(recorded: string | undefined, content: CallContent): boolean {
    const own = this.of(content);
    if (recorded === own || recorded === undefined) return recorded === own;
    const [kept, keyed] = partsOf(recorded);
    if (keyed === undefined) return recorded === contentKey(content, this.#whole);
    const [ownKept, ownKeyed] = partsOf(own);
    return kept === ownKept && !areOther(keyed, ownKeyed);
  }
}

/** A key without the hash of its hidden content, and that hash: empty if there is none, `undefined` if nothing is hidden. */
function partsOf(key: string): readonly [string, string | undefined] {
  if (key.endsWith(HIDDEN)) return [key.slice(0, -HIDDEN.length), ""];
  const at = key.lastIndexOf(KEYED);
  return at < 0 ? [key, undefined] : [key.slice(0, at), key.slice(at + KEYED.length)];
}

/** A keyed hash, with a prefix that identifies its secret: compared with another secret, it says nothing. */
export type SecretHash = (text: string) => string;

/** Makes hashes that identify their secret. */
export function secretHash(hash: (text: string) => string): SecretHash {
  const name = hash("quorate: which secret").slice(0, 8);
  return (text) => `${name}.${hash(text)}`;
}

/** Whether two keyed hashes have the same secret and different contents. */
export function areOther(one: string | undefined, another: string | undefined): boolean {
  if (one === another || !one || !another) return false;
  return one.split(".")[0] === another.split(".")[0];
}

function partHashes(hashes: ValueHashes, redactor?: Redactor): PartHashes {
  const of = (value: unknown): string => hashes.of(value);
  if (redactor === undefined) {
    return { of, input: of, output: of, detail: of, others: of };
  }
  const { bare, text, value } = redactor;
  return {
    of,
    input(input, derived) {
      if (input === undefined) return of(input);
      return of(derived ? bare(input as Json, "input") : value(input as Json, "input"));
    },
    output: (output) => of(output === undefined ? output : bare(output as Json, "output")),
    detail: (result) =>
      of(
        result?.status === "ok" || result === undefined
          ? result
          : { ...result, detail: text(result.detail) },
      ),
    others: (others) =>
      of(
        others.map(({ subject, position, evidence }) => ({
          subject: bare(subject, "text"),
          position: bare(position, "position"),
          evidence: evidence.map((piece) => bare(piece, "text")),
        })),
      ),
  };
}

/** Hashes of JSON values, each object hashed once: a task is shared by a team, a result by all agents that need it. */
class ValueHashes {
  readonly #known = new WeakMap<object, string>();
  #last: { readonly value: unknown; readonly hash: string } | undefined;

  of(value: unknown): string {
    if (typeof value !== "object" || value === null) return this.#plain(value);
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const hash = sha256(canonicalJson(value));
    this.#known.set(value, hash);
    return hash;
  }

  /** A task that is not an object is hashed as often as one that is: the last one is remembered. */
  #plain(value: unknown): string {
    const last = this.#last;
    if (last !== undefined && last.value === value) return last.hash;
    const hash = sha256(canonicalJson(value));
    this.#last = { value, hash };
    return hash;
  }
}

/**
 * Identifies an agent: its name, its version, the shapes of its input and output, and the tier and model with which
 * it is asked, if it has any. If the model has no name, the tier stands for it: change the agent's version with it.
 */
export function agentDefinition(
  { name, version, input, output }: Agent,
  tier?: string,
  model?: string,
): string {
  const parts = [KEY_FORMAT, "agent", name, version ?? null, shape(input), shape(output)];
  if (tier !== undefined || model !== undefined) parts.push(tier ?? null, model ?? null);
  return sha256(canonicalJson(parts));
}

/**
 * A schema as JSON Schema. A schema that has none is identified by its vendor alone: change the agent's version with it.
 */
function shape(schema: Schema | undefined): unknown {
  if (schema === undefined) return null;
  const { vendor, jsonSchema } = schema["~standard"] as Schema["~standard"] & Partial<JsonSchemas>;
  try {
    const taken = takeJson(jsonSchema?.input({ target: "draft-2020-12" }), Infinity);
    return (taken.fault === undefined ? taken.value : undefined) ?? vendor;
  } catch (thrown) {
    hear(thrown);
    return vendor;
  }
}

interface JsonSchemas {
  readonly jsonSchema: { input(options: { readonly target: string }): unknown };
}

/**
 * The same for every attempt at the same request of a run, also after a resume; different if the request changed: its
 * content, or the issues that it should fix.
 */
export function idempotencyKey(request: CallRequest, agent: Agent): string {
  const { runId, callId, input, results, issues, keptIssues = issues } = request;
  const key =
    request.key ??
    new ContentKeys().of({
      definition: agentDefinition(agent),
      input,
      derived: false,
      results,
      failed: request.failed,
      others: request.others,
    });
  return sha256(canonicalJson([KEY_FORMAT, runId, callId, key, keptIssues]));
}
