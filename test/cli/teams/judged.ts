import { agent, judge, supervisor, vote, type JudgeQuestion } from "quorate";

const saying = <Name extends string>(name: Name, recommendation: string) =>
  agent({ name, run: () => ({ recommendation }) });

const judging = (name: string, choose: (question: JudgeQuestion) => string) =>
  agent({
    name,
    run: (question: JudgeQuestion, { report }) => {
      report({ usdMicros: 1_500, inputTokens: 100, outputTokens: 10 });
      return { choice: choose(question), reasoning: "\u001b[2Jbecause" };
    },
  });

export default supervisor({
  name: "judged",
  agents: { bold: saying("bold", "ship"), careful: saying("careful", "hold") },
  resolve: [
    judge({
      panel: [
        judging("fickle", () => "A"),
        judging(
          "steady\u202e",
          ({ options }) => options.find(({ position }) => position === "hold")?.id ?? "",
        ),
      ],
      atLeast: 0.9,
    }),
    vote(),
  ],
});
