import { func } from "../../check/kinds.ts";
import type { ContractCase } from "../contract.ts";
import { endCases } from "./ends.ts";
import { leavingCases } from "./leaving.ts";
import { moneyCases } from "./money.ts";
import { sharingCases } from "./sharing.ts";
import { slotCases } from "./slots.ts";
import type { OpenLimiter } from "./under-test.ts";

/**
 * What every limiter has to do, as cases for any test runner. `open` gives a new one each time. With `shared`, each comes with a second one
 * over the same state: then everything has a scope, and the cases of what holds over processes, and of what becomes of a process that
 * has died, are added.
 */
export function limiterContract(open: OpenLimiter, shared = false): readonly ContractCase[] {
  func("give a function that opens a limiter").needed().take(open, "limiterContract: open");
  return [
    ...slotCases(open),
    ...moneyCases(open),
    ...leavingCases(open),
    ...endCases(open),
    ...(shared ? sharingCases(open) : []),
  ];
}
