export { pricesOf } from "./prices-of.ts";
export type { PricesOfOptions } from "./prices-of.ts";
