import { agent, supervisor } from "../../../src/index.ts";
import { sqlite } from "../../../src/sqlite/index.ts";

// Goes on with runs of the team, whose agent ends the process: node poisoned.ts FILE.
const backend = sqlite({ path: process.argv[2] ?? "", leaseMs: 300 });
supervisor({
  name: "poisoned",
  agents: { a: agent({ name: "a", run: () => void process.kill(process.pid, "SIGKILL") }) },
  backend,
}).keepResuming({ everyMs: 20 });
