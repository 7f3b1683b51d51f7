import { ROUTES } from "../routes.ts";
import type { RouteSchema, ServerRoute } from "./server-route.ts";

/** The OpenAPI 3.1 document, made from the route table. */
export function openApi(version: string): RouteSchema {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of ROUTES) {
    const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "Quorate", version, summary: "Begin, watch and steer runs of teams of agents." },
    jsonSchemaDialect: "https://json-schema.org/draft/2020-12/schema",
    paths,
    components: {
      securitySchemes: {
        token: { type: "http", scheme: "bearer" },
        session: { type: "apiKey", in: "cookie", name: "quorate" },
      },
      schemas: { Error: ERROR },
    },
  };
}

const ERROR: RouteSchema = {
  type: "object",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["code", "message"],
      properties: {
        code: { type: "string" },
        message: { type: "string" },
        issues: { type: "array", items: { type: "object" } },
      },
    },
  },
};

function operation({ id, path, needs, summary, query = {}, body, answers }: ServerRoute): object {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const inQuery = Object.entries(query).map(([name, schema]) => ({ name, in: "query", schema }));
  const key = { name: "Idempotency-Key", in: "header", schema: { type: "string", maxLength: 200 } };
  const { status, type, says } = answers;
  const failed = {
    description: "What was wrong, in a sentence.",
    content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
  };
  return {
    operationId: id,
    summary,
    ...(needs !== "open" && {
      description: `Needs ${needs === "signed-in" ? "a token" : `the scope ${needs}`}.`,
    }),
    security: needs === "open" ? [] : [{ token: [] }, { session: [] }],
    parameters: [...inPath, ...inQuery, ...(id === "startRun" || id === "forkRun" ? [key] : [])],
    ...(body !== undefined && {
      requestBody: { required: true, content: { "application/json": { schema: body } } },
    }),
    responses: {
      [status]: { description: says, ...(type !== "" && { content: { [type]: { schema: {} } } }) },
      default: failed,
    },
  };
}
