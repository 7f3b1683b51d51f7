import { postgres } from "../../../src/postgres/index.ts";
import { elsewhereTeam } from "./elsewhere-team.ts";

// node elsewhere-worker.ts SCHEMA runs|attempts [SETTINGS]: carries out one or the other until it is told to stop; the database by QUORATE_POSTGRES.
const [, , schema = "", what = "", settings = "{}"] = process.argv;
const backend = postgres({ schema, leaseMs: 1_500, patienceMs: 20_000 });
const team = elsewhereTeam(backend, JSON.parse(settings) as object);
const work =
  what === "runs"
    ? team.keepResuming({ everyMs: 200, atOnce: 3 })
    : team.takeAttempts({
        agents: ["gpu"],
        atOnce: 2,
        onTaken: ({ ended }) => process.send?.(ended),
      });
process.on("message", () => {
  void work
    .close()
    .then(() => backend.close())
    .then(() => process.disconnect?.());
});
await backend.store.runs({ limit: 1 });
process.send?.("ready");
