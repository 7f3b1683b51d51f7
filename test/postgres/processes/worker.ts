import { postgres } from "../../../src/postgres/index.ts";
import { teamOf } from "./team.ts";

// Goes on with the runs of the team until it is told to stop: node worker.ts SCHEMA FILE WORK_MS [VERSION]; the database by QUORATE_POSTGRES.
const [, , schema = "", file = "", workMs = "20", version = ""] = process.argv;
const backend = postgres({ schema, leaseMs: 1_000, patienceMs: 20_000 });
const kept = teamOf(backend, file, Number(workMs), version).keepResuming({
  everyMs: 200,
  atOnce: 3,
  onResumed: ({ runId, error }) => process.send?.({ runId, error: error && String(error) }),
});
process.on("message", () => {
  void kept
    .close()
    .then(() => backend.close())
    .then(() => process.disconnect?.());
});
process.send?.("ready");
