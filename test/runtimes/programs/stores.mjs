// The contract of stores, and a run that another process could go on with. Takes a folder that is there.

import { join } from "node:path";
import { agent, memory, QuorateError, supervisor } from "quorate";
import { learnedFrom, recordTruth, reliability } from "quorate/learning";
import { sqlite } from "quorate/sqlite";
import { storeContract } from "quorate/testing";

const folder = process.argv[2];
let files = 0;

async function hold(what, cases) {
  const broken = [];
  for (const { name, run } of cases)
    await run().catch((error) => broken.push(`${name}: ${error.message}`));
  console.log(what, broken);
}

await hold(
  "memory",
  storeContract(() => memory().store),
);
await hold(
  "sqlite",
  storeContract(() => sqlite({ path: join(folder, `${++files}.db`) }).store),
);

const path = join(folder, "kept.db");
const says = (name, recommendation) => agent({ name, run: () => ({ recommendation }) });
const team = (backend) =>
  supervisor({
    name: "team",
    agents: { a: says("a", "ship"), b: says("b", "hold") },
    resolve: [reliability({ labels: "fixed" })],
    backend,
  });
const first = sqlite({ path });
await team(first).run("x", { runId: "r" });
await recordTruth(first, "r", "task", "ship");
await first.store.close();
const second = sqlite({ path });
const again = await team(second).run("x", { runId: "r" });
const learned = await learnedFrom(second, "team", { labels: "fixed" });
console.log("kept", again.status, learned.claims.votes);
await second.store.close();

const refused = (() => {
  try {
    sqlite({ path: join(folder, "none/there.db") });
  } catch (error) {
    return error instanceof QuorateError && error.code;
  }
})();
console.log("refused", refused);
