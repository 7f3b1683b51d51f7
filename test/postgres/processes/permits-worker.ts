import { postgres } from "../../../src/postgres/index.ts";
import { fastLimits } from "../fast-time.ts";
import { FASTER, permitsTeam } from "./permits-team.ts";

// Has eight runs at once under way, until it is told to stop: node permits-worker.ts SCHEMA FILE WORK_MS; the database by QUORATE_POSTGRES.
const [, , schema = "", file = "", workMs = ""] = process.argv;
const backend = postgres({ schema, leaseMs: 1_000 });
const team = permitsTeam(fastLimits(backend, FASTER), file);
let isTold = false;
process.on("message", () => {
  isTold = true;
});
await backend.store.runs({ limit: 1 });
process.send?.("ready");
await Promise.all(
  Array.from({ length: 8 }, async () => {
    while (!isTold) await team.run(Number(workMs));
  }),
);
await backend.close();
process.disconnect?.();
