import { agent, supervisor, support, unanimous } from "quorate";

const finding = {
  text: "The session token is written to the log",
  file: "src/login.ts",
  line: 10,
  severity: "high",
};
const reviewer = <Name extends string>(name: Name) =>
  agent({
    name,
    run: async ({ diff }: { diff: string }) => ({
      recommendation: diff.includes("token") ? "hold" : "ship",
      findings: diff.includes("token") ? [finding] : [],
    }),
  });

export default supervisor({
  name: "board",
  agents: { ann: reviewer("ann"), bob: reviewer("bob") },
  resolve: [unanimous(), support({ atLeast: 2 })],
  gate: { pass: ["ship"] },
});
