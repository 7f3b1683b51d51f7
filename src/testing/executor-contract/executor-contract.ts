import { func } from "../../check/kinds.ts";
import type { ContractCase } from "../contract.ts";
import { elsewhereCases } from "./elsewhere.ts";
import { everywhereCases } from "./everywhere.ts";
import type { OpenExecutor } from "./under-test.ts";

/**
 * Cases for any test runner: what every executor must do. `open` returns a new one each time, which runs `executorAgents`. With `elsewhere`, it also
 * returns the line to its one worker; this adds the cases for attempts that wait for their turn, and for lines that lose, double and delay messages.
 * The cases run in real time.
 */
export function executorContract(open: OpenExecutor, elsewhere = false): readonly ContractCase[] {
  func("give a function that opens an executor").needed().take(open, "executorContract: open");
  return [...everywhereCases(open), ...(elsewhere ? elsewhereCases(open) : [])];
}
