import { agent, supervisor, vote } from "quorate";

const says = (name: string, recommendation: string) =>
  agent({ name, run: async () => ({ recommendation }) });

export default supervisor({
  name: "gate",
  agents: { a: says("a", "ship"), b: says("b", "hold"), c: says("c", "ship") },
  resolve: [vote()],
});
