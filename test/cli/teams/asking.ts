import { agent, human, supervisor } from "../../../src/index.ts";

const saying = <Name extends string>(name: Name, recommendation: string) =>
  agent({ name, run: () => ({ recommendation }) });

export default supervisor({
  name: "asking",
  agents: { bold: saying("bold", "ship"), wary: saying("wary", "hold") },
  resolve: [human()],
});
