import type { Schema } from "./schema.ts";

export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * What a schema accepts, or what it makes of that (`output`), as JSON Schema (draft 7), through the Standard JSON Schema interface of Zod, Valibot and ArkType.
 * `undefined` if the schema cannot say.
 */
export function jsonSchemaOf(
  schema: Schema | undefined,
  side: "input" | "output" = "input",
): JsonSchema | undefined {
  const standard = Object(schema?.["~standard"]) as {
    readonly jsonSchema?: {
      readonly [Side in typeof side]?: (options: { readonly target: string }) => unknown;
    };
  };
  try {
    const made = standard.jsonSchema?.[side]?.({ target: "draft-07" });
    return typeof made === "object" && made !== null ? (made as JsonSchema) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A schema for services that make a model follow it: objects have exactly their listed properties, and all of them. `undefined` for
 * a schema that leaves a property optional.
 */
export function strictSchemaOf(schema: JsonSchema): JsonSchema | undefined {
  return isClosable(schema) ? (closed(schema) as JsonSchema) : undefined;
}

const isObject = (value: unknown): value is JsonSchema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function isClosable(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(isClosable);
  if (!isObject(schema)) return true;
  if (schema["type"] === "object") {
    const { properties, required, additionalProperties } = schema;
    const listed = Array.isArray(required) ? (required as readonly unknown[]) : [];
    if (!isObject(properties) || isObject(additionalProperties)) return false;
    if (!Object.keys(properties).every((name) => listed.includes(name))) return false;
  }
  return Object.values(schema).every(isClosable);
}

function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (!isObject(schema)) return schema;
  const parts = Object.entries(schema).map(([key, value]) => [key, closed(value)]);
  const isShape = schema["type"] === "object" && isObject(schema["properties"]);
  return { ...Object.fromEntries(parts), ...(isShape && { additionalProperties: false }) };
}
