import { postgres } from "../../src/postgres/index.ts";
import { workAsBoss } from "./boss.ts";
import { teamOf } from "./team.ts";

// node worker.ts attempts|runs|boss; the database by QUORATE_POSTGRES.
const what = process.argv[2] ?? "";
const backend = postgres();
if (what === "boss") await workAsBoss(process.env["QUORATE_POSTGRES"] ?? "");
else if (what === "runs") teamOf(backend, false).keepResuming({ atOnce: 16 });
else {
  const team = teamOf(backend, true);
  team.takeAttempts({ agents: team.elsewhere, atOnce: 64 });
}
await backend.store.runs({ limit: 1 });
process.send?.("ready");
process.on("disconnect", () => process.exit());
