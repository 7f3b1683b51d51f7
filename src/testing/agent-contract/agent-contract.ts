import { QuorateError } from "../../errors.ts";
import { checkGiven, checkKind, shown } from "../../policy/check-kind.ts";
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
  const without = checkLacks(lacks);
  const cases = [
    ...answeringCases(make, without),
    ...failingCases(make, without),
    ...stoppingCases(make),
  ];
  return cases.map(({ name: what, run }) => ({ name: `${name} ${what}`, run }));
}

// Written out as a record, so that the compiler misses one that is added.
const LACKS: Readonly<Record<AgentLacks, true>> = {
  usage: true,
  silence: true,
  statuses: true,
  shape: true,
  once: true,
};

function checkLacks(lacks: readonly AgentLacks[]): readonly AgentLacks[] {
  const known = Object.keys(LACKS)
    .map((one) => `"${one}"`)
    .join(", ");
  checkKind(lacks, "agentContract: lacks", "object", `use a list of ${known}`);
  const list: readonly unknown[] = Array.isArray(lacks) ? lacks : [lacks];
  const unknown = list.find((one) => typeof one !== "string" || !Object.hasOwn(LACKS, one));
  if (unknown === undefined && !list.includes(undefined)) return [...lacks];
  throw new QuorateError(
    "BAD_OPTIONS",
    `agentContract: lacks has ${shown(unknown)}; use a list of ${known}`,
  );
}
