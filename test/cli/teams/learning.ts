import { agent, supervisor, vote } from "quorate";
import { reliability } from "quorate/learning";

// Agents that say what their task has for them, in a team that goes by what turned out to be true.
const speaker = <Name extends string>(name: Name) =>
  agent({
    name,
    run: (task: Readonly<Record<string, string>>) => ({ recommendation: task[name] ?? "ship" }),
  });

export default supervisor({
  name: "gate",
  agents: { careful: speaker("careful"), bold: speaker("bold") },
  resolve: [reliability({ labels: "fixed" }), vote()],
});
