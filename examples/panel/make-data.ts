// Makes data/answers.jsonl from the sample of MMLU-Pro in bench/decisions: some questions, drawn with a seed, with the answers of five models.
//
//   node examples/panel/make-data.ts

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openFolder } from "../../bench/decisions/data.ts";
import { draw, seeded } from "../../bench/decisions/random.ts";

// The most expensive model of each of the five vendors with the most expensive models: chosen by price, before looking at their answers.
const MODELS = [
  "jamba-1.5-large",
  "gemini-1.5-pro-002",
  "Qwen1.5-110B",
  "Meta-Llama-3-70B",
  "Mixtral-8x7B-Instruct-v0.1",
];
const QUESTIONS = 250;
const SEED = 2026;

const root = join(import.meta.dirname, "..", "..");
const folder = openFolder(join(root, "bench", "decisions", "sample"));
if (folder === undefined) throw new Error("There is no sample in bench/decisions/sample.");
const { items, votes } = folder.read("mmlu_pro");
const rows = draw(items, QUESTIONS, seeded(SEED)).map(({ item, truth, group }) => {
  const answers = MODELS.map((model) => {
    const vote = votes.find((one) => one.item === item && one.agent === model);
    return [model, { answer: vote?.label ?? null, usdMicros: Math.ceil(vote?.cost ?? 0) }] as const;
  });
  return { question: item, subject: group, truth, answers: Object.fromEntries(answers) };
});
writeFileSync(
  join(import.meta.dirname, "data", "answers.jsonl"),
  rows.map((row) => `${JSON.stringify(row)}\n`).join(""),
);
