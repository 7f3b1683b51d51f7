export type { ContractCase } from "./contract.ts";
export type { OpenStore } from "./store-contract/checks.ts";
export type { StoreHarness } from "./store-contract/closing.ts";
export { storeContract } from "./store-contract/store-contract.ts";
export { virtualClock, type VirtualClock, type VirtualClockOptions } from "./virtual-clock.ts";
