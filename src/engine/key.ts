import type { Agent } from "../agent.ts";
import type { CallRequest, UpstreamResult } from "../call.ts";
import { sha256 } from "../hash.ts";
import { canonicalJson } from "../json.ts";
import type { Schema } from "../schema.ts";

/** Part of every key: what is made otherwise is another key. */
export const KEY_FORMAT = 1;

/**
 * What identifies a call by its content: everything that shapes the answer, and nothing else. Not its limits, its place in
 * the team, or its description. The parts are hashed once each (SHA-256 over canonical JSON, RFC 8785) and joined:
 *
 *     format "/" definition "/" input ( "/" name ":" upstream result )* ( "/~failed:" codes )? ( "/~others:" what they hold )?
 *
 * A name has neither "/" nor "~", and a hash neither "/" nor ":", so that two different lists of parts never look the same. Of
 * what failed before a fallback only the codes count: messages name times and places that are others each time.
 */
export function contentKey(
  definition: string,
  input: unknown,
  results: CallRequest["results"],
  hashes: ValueHashes,
  { failed, others }: Further = NOTHING_ELSE,
): string {
  const upstream = Object.keys(results)
    .toSorted()
    .map((name) => `/${name}:${upstreamHash(results[name], hashes)}`);
  if (failed !== undefined) upstream.push(`/~failed:${hashes.of(failed.map(({ code }) => code))}`);
  if (others !== undefined) upstream.push(`/~others:${hashes.of(others)}`);
  return `${KEY_FORMAT}/${definition}/${hashes.of(input)}${upstream.join("")}`;
}

/** What a further call is given beside what the first one was. */
interface Further {
  readonly failed?: CallRequest["failed"] | undefined;
  readonly others?: CallRequest["others"] | undefined;
}

const NOTHING_ELSE: Further = Object.freeze({});

function upstreamHash(result: UpstreamResult | undefined, hashes: ValueHashes): string {
  // No hash begins with "!", so that no output looks like a failure.
  return result?.status === "ok" ? hashes.of(result.output) : `!${hashes.of(result)}`;
}

/** Hashes of JSON values, each object hashed once: a task is shared by a team, a result by all who need it. */
export class ValueHashes {
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

  /** A task that is no object is asked about as often as one that is: the last one is remembered. */
  #plain(value: unknown): string {
    const last = this.#last;
    if (last !== undefined && last.value === value) return last.hash;
    const hash = sha256(canonicalJson(value));
    this.#last = { value, hash };
    return hash;
  }
}

/**
 * What identifies an agent: its name, its version, the shapes of what it takes and gives, and at which tier, with what model,
 * it is asked. Of a model that has no name the tier stands for it: change the agent's version with it.
 */
export function agentDefinition(
  { name, version, input, output }: Agent,
  tier?: string,
  model?: string,
): string {
  const parts = [KEY_FORMAT, "agent", name, version ?? null, shape(input), shape(output)];
  if (tier !== undefined) parts.push(tier, model ?? null);
  return sha256(canonicalJson(parts));
}

/**
 * A schema as JSON Schema. One that cannot tell is known by its maker alone: change the agent's version with it.
 */
function shape(schema: Schema | undefined): unknown {
  if (schema === undefined) return null;
  const { vendor, jsonSchema } = schema["~standard"] as Schema["~standard"] & Partial<JsonSchemas>;
  try {
    return jsonSchema?.input({ target: "draft-2020-12" }) ?? vendor;
  } catch {
    return vendor;
  }
}

interface JsonSchemas {
  readonly jsonSchema: { input(options: { readonly target: string }): unknown };
}

/**
 * The same for every attempt at the same request of a run, also after a resume; another when the request changed: what
 * identifies the call, or the issues it is asked to mend.
 */
export function idempotencyKey(request: CallRequest, agent: Agent): string {
  const { runId, callId, input, results, issues } = request;
  const key =
    request.key ?? contentKey(agentDefinition(agent), input, results, new ValueHashes(), request);
  return sha256(canonicalJson([KEY_FORMAT, runId, callId, key, issues]));
}
