// Makes data/answers.jsonl from the sample of MMLU-Pro in bench/decisions: some questions, drawn by a seed, as five models answered them.
//
//   node examples/panel/make-data.ts

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openFolder } from "../../bench/decisions/data.ts";
import { draw, seeded } from "../../bench/decisions/random.ts";

// Of each of the five vendors with the dearest models that one: chosen by price, before anybody looked at what they answered.
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
