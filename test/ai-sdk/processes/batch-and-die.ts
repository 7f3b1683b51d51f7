// Asks by a batch that does not end, and is killed meanwhile. Arguments: the file, where the provider is, and which one it is.
import { sqlite } from "../../../src/sqlite/index.ts";
import { batchTeam } from "./batch-team.ts";

const [path = "", url = "", by = ""] = process.argv.slice(2);
await batchTeam(url, by, sqlite({ path }).store).run("task", { runId: "run" });
