import { agent, supervisor, support, unanimous, vote } from "quorate";

const reviewer = <Name extends string>(name: Name) =>
  agent({ name, run: (answers: Readonly<Record<string, unknown>>) => answers[name] ?? {} });

/** Reviewers that answer what their task says for each of them. */
export default supervisor({
  name: "reviewing",
  agents: { ann: reviewer("ann"), bob: reviewer("bob") },
  resolve: [unanimous(), vote(), support({ atLeast: 1 })],
});
