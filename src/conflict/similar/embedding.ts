import { agent, type Agent, type AgentContext } from "../../describe/agent.ts";
import { hear, promiseOf } from "../../model/hear.ts";
import { describeThrown } from "../../model/errors.ts";
import { sha256 } from "../../model/hash.ts";
import type { CompareContext } from "../compare.ts";
import { clip, plain } from "../../model/text.ts";

/** Turns texts into vectors of one length, in their order: an embedding model. `report` takes what it used, like an agent's. */
export type Embed = (
  texts: readonly string[],
  context: Pick<AgentContext, "signal" | "report">,
) => Promise<readonly (readonly number[])[]>;

/** Texts in one call. */
const BATCH = 100;
/** With more texts, only words are compared. */
const MAX_TEXTS = 5_000;
const MAX_TEXT_CHARS = 2_000;
const MAX_DIMENSIONS = 4_096;
const MOST = 127;

interface EmbedTask {
  readonly texts: readonly string[];
}

/**
 * An agent that embeds: so it has the limits, the retries and the place in the log of a call, and a resumed run
 * does not pay again. Its answer is small: a vector is kept in whole steps of 1/127 of its largest number, as base64.
 */
export function embedder(embed: Embed, name: string): Agent {
  return agent({
    name,
    run: async ({ texts }: EmbedTask, { signal, report }) => {
      const vectors: unknown = await promiseOf(embed(texts, { signal, report }));
      try {
        return { vectors: packed(vectors, texts.length) };
      } catch (error) {
        hear(vectors);
        throw error;
      }
    },
  });
}

/** By text, its vector of length 1; or why there are none. Each text is asked about once per comparison. */
export async function embedded(
  embedding: Agent,
  texts: readonly string[],
  context: CompareContext,
): Promise<ReadonlyMap<string, readonly number[]> | string> {
  const known = knownTo(embedding, context.together);
  const wanted = [...new Set(texts)].filter((text) => !known.has(text));
  if (known.size + wanted.length > MAX_TEXTS)
    return `there are ${known.size + wanted.length} texts, and ${MAX_TEXTS} are embedded at most`;
  const batches = Array.from({ length: Math.ceil(wanted.length / BATCH) }, (_, i) =>
    wanted.slice(i * BATCH, (i + 1) * BATCH),
  );
  const answers = await Promise.all(batches.map((batch) => askFor(embedding, batch, context)));
  for (const [i, answer] of answers.entries()) {
    if (typeof answer === "string") return answer;
    batches[i]?.forEach((text, k) => known.set(text, answer[k] ?? []));
  }
  const [first] = known.values();
  const uneven = [...known.values()].some(({ length }) => length !== first?.length);
  return uneven ? "the vectors have different lengths" : known;
}

type KnownVectors = Map<string, readonly number[]>;

const knownTogether = new WeakMap<object, Map<Agent, KnownVectors>>();

function knownTo(embedding: Agent, together: object): KnownVectors {
  const byAgent = knownTogether.get(together) ?? new Map<Agent, KnownVectors>();
  knownTogether.set(together, byAgent);
  const known = byAgent.get(embedding) ?? new Map<string, readonly number[]>();
  byAgent.set(embedding, known);
  return known;
}

async function askFor(
  embedding: Agent,
  batch: readonly string[],
  { ask }: CompareContext,
): Promise<readonly (readonly number[])[] | string> {
  const task: EmbedTask = { texts: batch.map((text) => clip(plain(text), MAX_TEXT_CHARS)) };
  const key = `#${sha256(JSON.stringify(task.texts)).slice(0, 16)}`;
  const result = await ask(embedding, task, key);
  if (result.status === "failed") return describeThrown(result.error);
  if (result.status !== "ok") return result.detail;
  const { vectors } = result.output as { readonly vectors: readonly string[] };
  return vectors.map(unpacked);
}

/** Throws unless there is one vector of numbers for each text. */
function packed(vectors: unknown, count: number): readonly string[] {
  if (!Array.isArray(vectors) || vectors.length !== count)
    throw new TypeError(`it gave ${inNumber(vectors)} for ${count} texts`);
  return vectors.map((vector: unknown) => {
    if (!Array.isArray(vector) || vector.length === 0 || vector.length > MAX_DIMENSIONS)
      throw new TypeError(`a vector is not a list of 1 to ${MAX_DIMENSIONS} numbers`);
    let most = 0;
    for (const value of vector as readonly unknown[]) {
      if (typeof value !== "number" || !Number.isFinite(value))
        throw new TypeError("a vector has an entry that is not a finite number");
      most = Math.max(most, Math.abs(value));
    }
    if (most === 0) throw new TypeError("a vector has no direction: all of it is 0");
    const steps = Int8Array.from(vector as readonly number[], (value) =>
      Math.round((value / most) * MOST),
    );
    return Buffer.from(steps.buffer).toString("base64");
  });
}

function inNumber(vectors: unknown): string {
  return Array.isArray(vectors) ? `${vectors.length} vectors` : `a value of type ${typeof vectors}`;
}

function unpacked(text: string): readonly number[] {
  const steps = [...new Int8Array(Buffer.from(text, "base64"))];
  const length = Math.hypot(...steps);
  return steps.map((step) => step / length);
}
