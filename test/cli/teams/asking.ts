import { agent, human, supervisor } from "quorate";

const saying = <Name extends string>(name: Name, recommendation: string) =>
  agent({
    name,
    run: () => ({ recommendation, days: recommendation.length * 10 + name.length }),
    claims: (output) => [
      { subject: "task", position: output.recommendation },
      { subject: `${"how many days it takes ".repeat(5)}\u001b[2J`, position: output.days },
    ],
  });

export default supervisor({
  name: "asking",
  agents: { bold: saying("bold", "ship"), careful: saying("careful", "hold") },
  resolve: [human()],
});
