import { checkGiven } from "../../policy/check-kind.ts";
import type { ContractCase } from "../contract.ts";
import { answeringCases } from "./answering.ts";
import { failingCases } from "./failing.ts";
import type { AgentLacks, MakeAgent } from "./peer.ts";
import { stoppingCases } from "./stopping.ts";

/**
 * What every kind of agent has to do that asks somebody else, as cases for any test runner: `make` gives an agent of that kind with
 * a scripted other side. `lacks` leaves out what the kind cannot have.
 */
export function agentContract(
  name: string,
  make: MakeAgent,
  lacks: readonly AgentLacks[] = [],
): readonly ContractCase[] {
  checkGiven(name, "agentContract: name", "string", "name the kind of agent");
  checkGiven(make, "agentContract: make", "function", "give a function that makes { agent, peer }");
  const cases = [
    ...answeringCases(make, lacks),
    ...failingCases(make, lacks),
    ...stoppingCases(make),
  ];
  return cases.map(({ name: what, run }) => ({ name: `${name} ${what}`, run }));
}
