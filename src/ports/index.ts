export type { Cancellation } from "../async/cancellation.ts";
export { localLimiter } from "../limits/limiter.ts";
export type { Limiter } from "../limits/limiter.ts";
export type { Permit, PermitRequest } from "../limits/permit.ts";
export { storeLimiter } from "../limits/scope/store-limiter.ts";
export type { MakeLimiter, StoreLimiterOptions } from "../limits/scope/store-limiter.ts";
export { followEvents } from "../store/follow.ts";
export type { Followable } from "../store/follow.ts";
export { checkAppend } from "../store/check-append.ts";
export type { AppendTo } from "../store/check-append.ts";
export { checkChange, checkKey, makeValues } from "../store/check-value.ts";
export type { ValueChange, Written } from "../store/check-value.ts";
export { checkErasure, checkQuery, isAskedFor, isErased } from "../store/run-query.ts";
export type { CheckedErasure, CheckedQuery } from "../store/run-query.ts";
export type { Store } from "../store/store.ts";
export { isEnd, summary } from "../store/summary.ts";
export type { EndEvent } from "../store/summary.ts";
export type {
  ChangeOptions,
  KeyedValue,
  ListOptions,
  Make,
  MakeAll,
  Values,
} from "../store/values.ts";
