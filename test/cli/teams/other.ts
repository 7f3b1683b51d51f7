import { agent, supervisor } from "quorate";

export default supervisor({
  name: "other",
  agents: { only: agent({ name: "only", run: () => "done" }) },
});
