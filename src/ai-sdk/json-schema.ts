import { describeThrown, QuorateError } from "../model/errors.ts";
import type { Schema } from "../check/schema.ts";

/**
 * The size of a schema's JSON Schema in bytes. Throws `BAD_OPTIONS` for a schema that has no JSON Schema: a model cannot be shown it.
 */
export function jsonSchemaBytes(schema: Schema, where: string): number {
  const standard = schema["~standard"] as Schema["~standard"] & {
    readonly jsonSchema?: { input?(options: { readonly target: string }): unknown };
  };
  const vendor = String(standard.vendor).slice(0, 50);
  try {
    if (typeof standard.jsonSchema?.input !== "function") {
      throw new TypeError(`"${vendor}" does not say`);
    }
    const made = standard.jsonSchema.input({ target: "draft-07" });
    if (typeof made !== "object" || made === null) throw new TypeError("it is not an object");
    return Buffer.byteLength(JSON.stringify(made));
  } catch (cause) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `${where} has no JSON Schema to tell the model the shape of its answer (${describeThrown(cause)}); use Zod 4.2 or newer, ArkType, or Valibot with toStandardJsonSchema()`,
      { cause },
    );
  }
}
