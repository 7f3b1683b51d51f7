import { agent, supervisor } from "quorate";

export default supervisor({
  name: "far",
  agents: {
    ann: agent({ name: "ann", run: async (_task: { n: number }) => `by ${process.env["WHO"]}` }),
  },
});
