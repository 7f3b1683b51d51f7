import { agent, supervisor } from "quorate";

// Two agents that say what they think under a name that nobody looks for.
export default supervisor({
  name: "silent",
  agents: {
    a: agent({ name: "a", run: (_task: object) => ({ opinion: "ship" }) }),
    b: agent({ name: "b", run: (_task: object) => ({ opinion: "hold" }) }),
  },
});
