// One question to several models.
//
//   node examples/council/main.ts                                               three questions, to scripted models
//   node examples/council/main.ts --model anthropic:NAME --model openai:NAME \
//     --option yes --option no "May we ship on a Friday?"                       your question, to yours

import { stdin, stdout } from "node:process";
import { createInterface } from "node:readline/promises";
import { parseArgs, stripVTControlCharacters } from "node:util";
import type { HumanDecision } from "quorate";
import { realModels, scriptedModels } from "./models.ts";
import { council, Question } from "./team.ts";

const QUESTIONS: readonly Question[] = [
  {
    question: "A team of four has one service that works. Split it into many?",
    options: ["keep the monolith", "split it"],
  },
  {
    question: "Where do jobs wait that take minutes?",
    options: ["Postgres", "a queue of our own", "a new service"],
  },
  {
    question: "The billing code is ten years old, and nobody dares to touch it. What now?",
    options: ["rewrite in place", "one module at a time", "leave it alone"],
  },
];

type Council = ReturnType<typeof council>;
type Outcome = Awaited<ReturnType<Council["run"]>>;

/** Asks the person at the terminal; without one, and for the built-in questions, a scripted person who likes small steps decides. */
async function decision({ verdicts }: Outcome, isScripted: boolean): Promise<HumanDecision> {
  const [verdict] = verdicts;
  const winners = verdict?.positions.map(({ value }) => value) ?? [];
  if (isScripted || !stdin.isTTY) {
    const index = Math.max(0, winners.indexOf("one module at a time"));
    return { subject: "task", winner: winners[index] ?? null, why: "small steps", by: "a person" };
  }
  using terminal = createInterface({ input: stdin, output: stdout });
  winners.forEach((winner, i) => console.log(`  ${i + 1}. ${plain(winner)}`));
  const place = Number(await terminal.question("  Which one? ")) - 1;
  const why = await terminal.question("  Why? ");
  return { subject: "task", winner: winners[place] ?? null, why, by: "you" };
}

// Text of models is shown without control characters.
const plain = (value: unknown): string => stripVTControlCharacters(String(value));

function show({ results, verdicts, status }: Outcome): void {
  for (const [name, result] of Object.entries(results)) {
    if (result.status === "failed") console.log(`  ${name} failed: ${plain(result.error.message)}`);
    if (result.status !== "ok") continue;
    const { recommendation, reasons } = result.output;
    console.log(`  ${name}: ${plain(recommendation)} (${plain(reasons.join(" "))})`);
  }
  const [verdict] = verdicts;
  if (verdict === undefined) return;
  const { by, winner, reasoning } = verdict;
  console.log(
    status === "waiting"
      ? `→ a person has to decide: ${plain(reasoning)}`
      : `→ ${plain(winner)}, ${verdict.status} by the resolver "${by}": ${plain(reasoning)}`,
  );
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: {
      model: { type: "string", multiple: true },
      option: { type: "string", multiple: true },
    },
    allowPositionals: true,
  });
  const { model, option = [] } = values;
  const isScripted = model === undefined;
  const team = council(isScripted ? scriptedModels() : await realModels(model));
  const asked = isScripted
    ? QUESTIONS
    : [Question.parse({ question: positionals.join(" "), options: option })];
  for (const question of asked) {
    console.log(`\n${question.question} ${question.options.join(" | ")}`);
    const outcome = await team.run(question);
    show(outcome);
    if (outcome.status !== "waiting") continue;
    show(await team.decide(outcome.runId, await decision(outcome, isScripted)));
  }
}

await main();
