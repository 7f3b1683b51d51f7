import { postgres } from "../../src/postgres/index.ts";
import { workAsBoss } from "./boss.ts";
import { workAsDbos } from "./dbos.ts";
import { workAsGraphile } from "./graphile.ts";
import { teamOf } from "./team.ts";

// node worker.ts attempts|runs|boss|graphile|dbos; the database by QUORATE_POSTGRES.
const what = process.argv[2] ?? "";
const backend = postgres();
const url = process.env["QUORATE_POSTGRES"] ?? "";
const ENGINES = { boss: workAsBoss, graphile: workAsGraphile, dbos: workAsDbos };
const engine = Object.entries(ENGINES).find(([name]) => name === what)?.[1];
if (engine !== undefined) await engine(url);
else if (what === "runs") teamOf(backend, false).keepResuming({ atOnce: 16 });
else {
  const team = teamOf(backend, true);
  team.takeAttempts({ agents: team.elsewhere, atOnce: 64 });
}
await backend.store.runs({ limit: 1 });
process.send?.("ready");
process.on("disconnect", () => process.exit());
