import { func, listOf, text } from "../../check/kinds.ts";
import type { ContractCase } from "../contract.ts";
import { answeringCases } from "./answering.ts";
import { failingCases } from "./failing.ts";
import type { AgentLacks, MakeAgent } from "./peer.ts";
import { stoppingCases } from "./stopping.ts";

/**
 * Cases for any test runner: what every agent that asks another system must do. `make` creates such an agent with a scripted peer. `lacks` leaves out
 * what this kind of agent cannot have.
 */
export function agentContract(
  name: string,
  make: MakeAgent,
  lacks: readonly AgentLacks[] = [],
): readonly ContractCase[] {
  text("name the kind of agent").needed().take(name, "agentContract: name");
  func("give a function that makes { agent, peer }").needed().take(make, "agentContract: make");
  const without = LACKING.take(lacks, "agentContract: lacks") ?? [];
  const cases = [
    ...answeringCases(make, without),
    ...failingCases(make, without),
    ...stoppingCases(make),
  ];
  return cases.map(({ name: what, run }) => ({ name: `${name} ${what}`, run }));
}

const LACKS: Readonly<Record<AgentLacks, true>> = {
  usage: true,
  cached: true,
  reasoning: true,
  silence: true,
  statuses: true,
  shape: true,
  once: true,
};

const LACKING = listOf<AgentLacks>(
  (one) => typeof one === "string" && Object.hasOwn(LACKS, one),
  `use a list of ${Object.keys(LACKS)
    .map((one) => `"${one}"`)
    .join(", ")}`,
);
