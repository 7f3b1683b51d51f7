import type { RouteSchema, ServerRoute } from "../http/server-route.ts";

// The schemas that routes share.

export const text = (maxLength: number): RouteSchema => ({
  type: "string",
  minLength: 1,
  maxLength,
});
export const object = (
  properties: Readonly<Record<string, RouteSchema>>,
  required: readonly string[] = [],
): RouteSchema => ({ type: "object", properties, required, additionalProperties: false });

export const RUN_ID: RouteSchema = text(200);
export const NAME: RouteSchema = text(200);
export const LIMIT = (maximum: number): RouteSchema => ({ type: "integer", minimum: 1, maximum });
export const TIME_MS: RouteSchema = { type: "integer", minimum: 0, maximum: 9_007_199_254_740_991 };
export const SEQ: RouteSchema = { type: "integer", minimum: 0, maximum: 9_007_199_254_740_991 };
export const ANYTHING: RouteSchema = {};
export const STATUS: RouteSchema = {
  enum: ["running", "interrupted", "waiting", "complete", "partial", "failed", "cancelled"],
};
/** One value or a list of them. */
export const many = (items: RouteSchema, maxItems: number): RouteSchema => ({
  type: "array",
  items,
  maxItems,
});
/** `name=value`, one or several. */
export const TAG_PAIRS: RouteSchema = many(
  { type: "string", pattern: "^[^=]{1,100}=", maxLength: 601 },
  50,
);
export const TAGS: RouteSchema = {
  type: "object",
  maxProperties: 50,
  propertyNames: { type: "string", minLength: 1, maxLength: 100 },
  additionalProperties: { type: "string", maxLength: 500 },
};
export const BUDGET: RouteSchema = object({ usd: { type: "number", minimum: 0, maximum: 1e9 } }, [
  "usd",
]);
export const DEADLINE_MS: RouteSchema = { type: "integer", minimum: 1, maximum: 2_592_000_000 };

export const json = (says: string, status = 200): ServerRoute["answers"] => ({
  status,
  type: "application/json",
  says,
});
