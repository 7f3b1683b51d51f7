import { func } from "../../check/kinds.ts";
import type { ContractCase } from "../contract.ts";
import { elsewhereCases } from "./elsewhere.ts";
import { everywhereCases } from "./everywhere.ts";
import type { OpenExecutor } from "./under-test.ts";

/**
 * What every executor has to do, as cases for any test runner. `open` gives a new one each time, which carries out `executorAgents`. With
 * `elsewhere`, it comes with the line to the one worker behind it: then the cases are added of attempts that wait for their turn, and of lines
 * that are lost, doubled and late. They take place in real time.
 */
export function executorContract(open: OpenExecutor, elsewhere = false): readonly ContractCase[] {
  func("give a function that opens an executor").needed().take(open, "executorContract: open");
  return [...everywhereCases(open), ...(elsewhere ? elsewhereCases(open) : [])];
}
