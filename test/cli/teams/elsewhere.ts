import { agent, supervisor } from "quorate";

// A team of which one agent is elsewhere, where the backend reaches other processes.
export default supervisor({
  name: "render",
  agents: {
    gpu: agent({ name: "gpu", run: () => `ship, by ${process.env["WHERE"] ?? "nobody"}` }),
    near: agent({ name: "near", run: () => "ship" }),
  },
  elsewhere: ["gpu"],
});
