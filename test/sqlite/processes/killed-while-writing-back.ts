// Appends to a run, one event at a time, and after every few has the log written back into the file: by closing the store and opening it again, or by
// a checkpoint. Prints a line for each event that is kept. A thread of its own watches the file, and kills the process when that has grown by so many
// pages: in the middle of it. Arguments: the file, the run's id, "close" or "checkpoint", how many pages.
import { DatabaseSync } from "node:sqlite";
import { Worker } from "node:worker_threads";
import { sqlite } from "../../../src/sqlite/index.ts";
import { answered, started } from "../../../src/testing/store-contract/run-events.ts";
import { say } from "./say.ts";

const [path = "", runId = "", how = "close", pages = "1"] = process.argv.slice(2);
const text = "x".repeat(40_000);
const APPENDS = 20;

let store = sqlite({ path }).store;
const killer = new Worker(
  `const { statSync } = require("node:fs");
  const { parentPort, workerData: { path, bytes } } = require("node:worker_threads");
  const before = statSync(path).size;
  parentPort.postMessage("ready");
  while (statSync(path).size < before + bytes);
  process.kill(process.pid, "SIGKILL");`,
  { eval: true, workerData: { path, bytes: Number(pages) * 4_096 } },
);
await new Promise((resolve) => killer.once("message", resolve));

let fence = 1;
for (let seq = 1; ; seq += 1) {
  const event = seq === 1 ? started(runId) : answered(runId, seq, `${seq} ${text}`);
  await store.append([event], fence);
  say(`kept ${seq}\n`);
  if (seq % APPENDS > 0) continue;
  if (how === "checkpoint") {
    using db = new DatabaseSync(path);
    db.exec("PRAGMA wal_checkpoint(RESTART)");
    continue;
  }
  await store.close();
  store = sqlite({ path }).store;
  fence = await store.take(runId);
}
