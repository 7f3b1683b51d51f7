import { join } from "node:path";
import { openFolder } from "../decisions/data.ts";
import { draw, seeded } from "../decisions/random.ts";

/** The smallest and the largest chat model of each vendor that has both in the sample. */
export const VENDORS = {
  google: { small: "gemini-1.5-flash-002", strong: "gemini-1.5-pro-002" },
  meta: { small: "Meta-Llama-3_1-8B-Instruct", strong: "Meta-Llama-3_1-70B-Instruct" },
  mistral: { small: "Mistral-7B-Instruct-v0.2", strong: "Mixtral-8x7B-Instruct-v0.1" },
  qwen: { small: "Qwen1.5-7B-Chat", strong: "Qwen1.5-110B" },
  yi: { small: "Yi-6b-Chat", strong: "Yi-34B" },
} as const;

/** Cheap, or expensive and more often right. */
export type Size = "small" | "strong";

/** One model's answer, its cost, and its latency by the stated model. */
export interface Said {
  readonly answer: string | null;
  readonly usdMicros: number;
  readonly ms: number;
}

/** A question with the answers of each vendor's models. */
export interface Question {
  readonly item: string;
  readonly truth: string;
  readonly said: Readonly<Record<string, Readonly<Record<Size, Said>>>>;
}

/** The stated latencies: log-normal, each drawn by a seed for its question and model. */
export const LATENCY = { smallMs: 1_500, strongMs: 4_000, sigma: 0.4, seed: 20 } as const;

/** The recorded questions, in a seeded order. */
export function recordedQuestions(): readonly Question[] {
  const folder = openFolder(join(import.meta.dirname, "../decisions/sample"));
  if (folder === undefined) throw new Error("There is no sample in bench/decisions/sample.");
  const { items, votes } = folder.read("mmlu_pro");
  const voteOf = new Map(votes.map((vote) => [`${vote.item} ${vote.agent}`, vote]));
  const random = seeded(LATENCY.seed);
  const saidBy = (item: string, model: string, medianMs: number): Said => {
    const vote = voteOf.get(`${item} ${model}`);
    return {
      answer: vote?.label ?? null,
      usdMicros: Math.ceil(vote?.cost ?? 0),
      ms: Math.round(medianMs * Math.exp(LATENCY.sigma * normal(random))),
    };
  };
  return draw(items, items.length, random).map(({ item, truth }) => ({
    item,
    truth,
    said: Object.fromEntries(
      Object.entries(VENDORS).map(([vendor, { small, strong }]) => [
        vendor,
        {
          small: saidBy(item, small, LATENCY.smallMs),
          strong: saidBy(item, strong, LATENCY.strongMs),
        },
      ]),
    ),
  }));
}

/** A draw of the standard normal distribution (Box and Muller). */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
