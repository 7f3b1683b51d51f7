// Do you need to ask all five? A panel on recorded answers of real models, without a key and without a network.
//
//   npm start -- panel

import { terminal } from "quorate/cli";
import { recordTruths } from "quorate/learning";
import { page, type Compared } from "./page.ts";
import { quiz, recordedQuestions } from "./team.ts";

/** This many questions are first put to all models, and their right answers are recorded. */
const TRUTHS = 50;

const questions = recordedQuestions();
const models = Object.keys(questions[0]?.answers ?? {});
const { team, backend } = quiz(models);

const truths = [];
for (const question of questions.slice(0, TRUTHS)) {
  const { runId } = await team.run(question, { panel: false });
  truths.push({ runId, subject: "task", truth: question.truth, by: "MMLU-Pro" });
}
await recordTruths(backend, truths);

const compared: Compared[] = [];
for (const question of questions.slice(TRUTHS)) {
  const panel = await team.run(question);
  const everybody = await team.run(question, { panel: false });
  compared.push({ question, panel, everybody });
}
const first = questions[TRUTHS];
const plan = first && (await team.plan(first));
console.log(page({ truths: TRUTHS, order: plan?.panel?.order ?? models, compared }, terminal()));
