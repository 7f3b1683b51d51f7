import { func, object } from "../../check/kinds.ts";
import type { ContractCase } from "../contract.ts";
import type { OpenStore } from "./checks.ts";
import { changeAllCases, sharedChangeAllCases } from "./change-all.ts";
import { closingCases, type StoreHarness } from "./closing.ts";
import { contentCases } from "./content.ts";
import { findingCases } from "./finding.ts";
import { followingCases, sharedFollowingCases } from "./following.ts";
import { forgettingCases } from "./forgetting.ts";
import { listingCases } from "./listing.ts";
import { orderCases } from "./order.ts";
import { erasingCases, sharedErasingCases } from "./erasing.ts";
import { failingCases } from "./failing.ts";
import { owningCases, sharingCases } from "./owning.ts";
import { valueKeyCases } from "./value-keys.ts";
import { sharedValueCases, valueCases } from "./values.ts";
import { sharedWatchingCases, watchingCases } from "./watching.ts";

/**
 * Cases for any test runner: what every store must do. `open` returns a new, empty store each time; a `harness` adds the cases for stores that can be
 * opened again, and for those that can be made to fail.
 */
export function storeContract(open: OpenStore, harness?: StoreHarness): readonly ContractCase[] {
  func("give a function that opens a store").needed().take(open, "storeContract: open");
  object("give { open }").take(harness, "storeContract: harness");
  return [
    ...orderCases(open),
    ...contentCases(open),
    ...listingCases(open),
    ...findingCases(open),
    ...followingCases(open),
    ...(harness === undefined ? [] : sharedFollowingCases(open, (store) => harness.open(store))),
    ...owningCases(open),
    ...(harness === undefined ? [] : sharingCases(open, (store) => harness.open(store))),
    ...failingCases(open, harness),
    ...forgettingCases(open),
    ...erasingCases(open),
    ...(harness === undefined ? [] : sharedErasingCases(open, (store) => harness.open(store))),
    ...valueCases(open),
    ...valueKeyCases(open),
    ...changeAllCases(open),
    ...(harness === undefined ? [] : sharedValueCases(open, (store) => harness.open(store))),
    ...(harness === undefined ? [] : sharedChangeAllCases(open, (store) => harness.open(store))),
    ...watchingCases(open),
    ...(harness === undefined ? [] : sharedWatchingCases(open, (store) => harness.open(store))),
    ...closingCases(open, harness),
  ];
}
