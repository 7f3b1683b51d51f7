import { readFileSync } from "node:fs";
import { join } from "node:path";
import { agent, memory, supervisor, unanimous, vote } from "quorate";
import { reliability } from "quorate/learning";

/** One model's answer to one question; `null` if it could not be used. */
interface Recorded {
  readonly answer: string | null;
  readonly usdMicros: number;
}

/** A question with its recorded answers and the right one. */
export interface Question {
  readonly question: string;
  readonly subject: string;
  readonly truth: string;
  readonly answers: Readonly<Record<string, Recorded>>;
}

/** The recorded questions, in the order in which they are asked. */
export function recordedQuestions(): readonly Question[] {
  const file = join(import.meta.dirname, "data", "answers.jsonl");
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as Question);
}

/** A model that gives its recorded answer at the recorded cost. */
function recordedModel(model: string) {
  return agent({
    name: model,
    version: "1",
    retries: 0,
    run({ question, answers }: Question, { report }): string {
      const recorded = answers[model];
      if (recorded === undefined) throw new Error(`${model} was never asked question ${question}`);
      report({ usdMicros: recorded.usdMicros });
      if (recorded.answer === null) throw new Error("it gave no answer that could be read");
      return recorded.answer;
    },
  });
}

/**
 * Models that are asked the same question. A panel asks those first that have been right most often, and no more than it needs. A letter means
 * something different in each question, so the labels are open.
 */
export function quiz(models: readonly string[]) {
  const backend = memory();
  const team = supervisor({
    name: "quiz",
    agents: Object.fromEntries(models.map((model) => [model, recordedModel(model)])),
    resolve: [reliability({ labels: "open" }), unanimous(), vote()],
    panel: "lead",
    backend,
  });
  return { team, backend };
}
