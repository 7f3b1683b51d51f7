import { agent, human, supervisor, unanimous } from "quorate";
import { sqlite } from "quorate/sqlite";

const says = <Name extends string>(name: Name, recommendation: string) =>
  agent({ name, run: async (_task: string) => ({ recommendation }) });

export default supervisor({
  name: "refunds",
  agents: { policy: says("policy", "refuse"), kindness: says("kindness", "refund") },
  resolve: [unanimous(), human()],
  backend: sqlite({ path: "person.db" }),
});
