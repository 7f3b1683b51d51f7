import { appendFileSync } from "node:fs";
import { agent, supervisor } from "quorate";

// The second agent kills the process the first time that it is asked.
const asked = (name: string) => appendFileSync("asked", `${name}\n`);
export default supervisor({
  name: "crash",
  mode: "sequence",
  agents: {
    ann: agent({
      name: "ann",
      run: async (_task: string) => {
        asked("ann");
        return "ship";
      },
    }),
    bob: agent({
      name: "bob",
      run: async (_task: string) => {
        asked("bob");
        if (process.env["DIES"] === "yes") process.kill(process.pid, "SIGKILL");
        return "ship";
      },
    }),
  },
});
