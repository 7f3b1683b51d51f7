import { agent, human, supervisor, type Json } from "quorate";

const saying = <Name extends string>(name: Name, recommendation: string) =>
  agent({ name, run: () => ({ recommendation }) });

const hide = (value: Json): Json =>
  JSON.parse(JSON.stringify(value).replaceAll(/hunter\d/g, "***")) as Json;

export default supervisor({
  name: "secret-two",
  agents: { bold: saying("bold", "hunter1"), careful: saying("careful", "hunter2") },
  resolve: [human()],
  redact: hide,
});
