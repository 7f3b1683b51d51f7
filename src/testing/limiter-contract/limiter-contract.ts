import { func } from "../../check/kinds.ts";
import type { ContractCase } from "../contract.ts";
import { endCases } from "./ends.ts";
import { leavingCases } from "./leaving.ts";
import { moneyCases } from "./money.ts";
import { sharingCases } from "./sharing.ts";
import { slotCases } from "./slots.ts";
import type { OpenLimiter } from "./under-test.ts";

/**
 * Cases for any test runner: what every limiter must do. `open` returns a new one each time. With `shared`, it returns a second one over the same state,
 * too; then every limit and budget has a scope, and the cases that hold across processes, and for a process that has died, are added.
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
