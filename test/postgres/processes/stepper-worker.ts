import { supervisor } from "../../../src/index.ts";
import { postgres } from "../../../src/postgres/index.ts";
import { executorAgents } from "../../../src/testing/index.ts";

// Takes attempts of the contract's agent, one after another: node stepper-worker.ts SCHEMA; the database by QUORATE_POSTGRES.
const [stepper] = executorAgents;
if (stepper === undefined) throw new Error("the contract has an agent");
const backend = postgres({ schema: process.argv[2] ?? "", leaseMs: 2_000 });
supervisor({ name: "team", agents: { stepper }, elsewhere: ["stepper"], backend }).takeAttempts({
  agents: ["stepper"],
});
await backend.store.runs({ limit: 1 });
process.send?.("ready");
