import { agent, supervisor } from "../../../src/index.ts";

export default supervisor({
  name: "other",
  agents: { only: agent({ name: "only", run: () => "done" }) },
});
