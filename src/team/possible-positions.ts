import { jsonSchemaOf, type JsonSchema } from "../check/json-schema.ts";
import { ABSENT, PRESENT } from "../conflict/findings.ts";
import type { Agent } from "../describe/agent.ts";
import type { Json } from "../model/json.ts";
import type { Member } from "./team.ts";

/**
 * Every position that the members' output schemas allow, about the task and about findings. `undefined` if one of them may hold what no schema lists: an agent
 * without a schema, with claims of its own, or with free text, and a nested team.
 */
export function possiblePositions(members: readonly Member[]): readonly Json[] | undefined {
  const all = together(
    members.map(({ worker }) => ("run" in worker ? positionsOf(worker) : undefined)),
  );
  return all && [...all, PRESENT, ABSENT];
}

function positionsOf({ claims, output, fallback }: Agent): readonly Json[] | undefined {
  if (typeof claims === "function") return undefined;
  const schema = jsonSchemaOf(output, "output");
  const own = schema === undefined ? undefined : claimedIn(schema, claims);
  return together([own, ...fallback.map(positionsOf)]);
}

/** What an output of this schema can claim about the task. */
function claimedIn(schema: JsonSchema, claims: string | undefined): readonly Json[] | undefined {
  const { properties, additionalProperties } = schema;
  if (typeof properties !== "object" || properties === null) {
    const either = eitherOf(schema);
    if (either !== undefined) return together(either.map((one) => claimedIn(one, claims)));
    return claims === undefined ? valuesOf(schema) : undefined;
  }
  const name = claims ?? "recommendation";
  if (Object.hasOwn(properties, name)) return valuesOf((properties as JsonSchema)[name]);
  return additionalProperties === false ? [] : undefined;
}

/** All values that a schema allows, if it lists them. */
function valuesOf(given: unknown): readonly Json[] | undefined {
  const schema = Object(given) as JsonSchema;
  if ("const" in schema) return [schema["const"] as Json];
  if (Array.isArray(schema["enum"])) return schema["enum"] as readonly Json[];
  if (schema["type"] === "boolean") return [true, false];
  // Null claims nothing.
  if (schema["type"] === "null") return [];
  const either = eitherOf(schema);
  return either && together(either.map(valuesOf));
}

function eitherOf({ anyOf, oneOf }: JsonSchema): readonly JsonSchema[] | undefined {
  const either: unknown = anyOf ?? oneOf;
  return Array.isArray(either) ? (either as readonly JsonSchema[]) : undefined;
}

function together(lists: readonly (readonly Json[] | undefined)[]): readonly Json[] | undefined {
  const known = lists.filter((list) => list !== undefined);
  return known.length < lists.length ? undefined : known.flat();
}
