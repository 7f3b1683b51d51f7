import { readFileSync } from "node:fs";
import { join } from "node:path";
import { agent, memory, supervisor, unanimous, vote } from "quorate";
import { reliability } from "quorate/learning";

/** What one model said to one question; `null` where nothing usable came back. */
interface Recorded {
  readonly answer: string | null;
  readonly usdMicros: number;
}

/** A question with what was answered, and what is right. */
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

/** A model that answers as it did when it was recorded, for what that cost. */
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
 * Models that are asked the same: by a panel those first who have been right most often, and no more than it takes. Letters mean something
 * else in each question, so that labels are open.
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
