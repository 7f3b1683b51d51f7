import type { ErrorObject, ValidateFunction } from "ajv/dist/2020.js";
import { didYouMean } from "../../check/did-you-mean.ts";
import { HttpRefusal } from "./http-refusal.ts";
import type { ServerPackages } from "../load.ts";
import { ROUTES } from "../routes.ts";
import type { RouteId, ServerRoute } from "./server-route.ts";

/** A request's checked parameters. */
export interface RequestCheck {
  readonly query: (id: RouteId, given: URLSearchParams) => Readonly<Record<string, unknown>>;
  readonly body: (id: RouteId, given: unknown) => Readonly<Record<string, unknown>>;
}

const MAX_ISSUES = 20;
const MAX_ISSUE_CHARS = 300;

/** Checks requests against the schemas of the route table. */
export function requestCheck({ Ajv2020 }: Pick<ServerPackages, "Ajv2020">): RequestCheck {
  const forBody = new Ajv2020({ strict: true, strictTypes: false, verbose: true });
  // All values of a query are texts.
  const forQuery = new Ajv2020({
    strict: true,
    strictTypes: false,
    coerceTypes: true,
    useDefaults: true,
    verbose: true,
  });
  const bodies = new Map<RouteId, ValidateFunction>();
  const queries = new Map<RouteId, ValidateFunction>();
  const byId = new Map<RouteId, ServerRoute>();
  for (const route of ROUTES) {
    const { id, body, query = {} } = route;
    byId.set(id, route);
    if (body !== undefined) bodies.set(id, forBody.compile(body));
    const schema = { type: "object", properties: query, additionalProperties: false };
    queries.set(id, forQuery.compile(schema));
  }
  return {
    query(id, given) {
      const schemas = byId.get(id)?.query ?? {};
      const taken: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
      for (const name of new Set(given.keys())) {
        const values = given.getAll(name);
        const isMany = Object.hasOwn(schemas, name) && schemas[name]?.["type"] === "array";
        if (values.length > 1 && !isMany) {
          throw new HttpRefusal(
            400,
            "BAD_REQUEST",
            `The query has ${JSON.stringify(name.slice(0, MAX_ISSUE_CHARS))} twice; give it once.`,
          );
        }
        taken[name] = isMany ? values : values[0];
      }
      return fitting(queries.get(id), { ...taken }, "query");
    },
    body: (id, given) => fitting(bodies.get(id), given, "body"),
  };
}

function fitting(
  fits: ValidateFunction | undefined,
  given: unknown,
  what: string,
): Readonly<Record<string, unknown>> {
  if (fits === undefined || fits(given)) return given as Readonly<Record<string, unknown>>;
  const issues = (fits.errors ?? []).slice(0, MAX_ISSUES).map(issueOf);
  const [first] = issues;
  const why =
    first === undefined ? "" : `: ${first.path === "" ? "it" : first.path} ${first.message}`;
  throw new HttpRefusal(
    400,
    "BAD_REQUEST",
    `The ${what} is not valid${why}${why.endsWith("?") ? "" : "."}`,
    {
      issues,
    },
  );
}

// Values are not repeated, except the name of an unknown property.
function issueOf(error: ErrorObject): { readonly message: string; readonly path: string } {
  return {
    message: saidOf(error).slice(0, MAX_ISSUE_CHARS).toWellFormed(),
    path: error.instancePath.slice(0, MAX_ISSUE_CHARS).toWellFormed(),
  };
}

function saidOf({
  message = "does not fit",
  keyword,
  params,
  parentSchema,
  data,
}: ErrorObject): string {
  const { additionalProperty: name, allowedValues: allowed } = Object(params) as {
    readonly additionalProperty?: unknown;
    readonly allowedValues?: unknown;
  };
  if (keyword === "additionalProperties" && typeof name === "string") {
    const known = Object.keys(Object(parentSchema?.["properties"]) as object);
    return `has no property ${JSON.stringify(name)}${meant(name, known)}`;
  }
  if (keyword === "enum" && Array.isArray(allowed))
    return `must be one of ${allowed.join(", ")}${meant(data, allowed.map(String))}`;
  return message;
}

function meant(given: unknown, known: readonly string[]): string {
  const near = typeof given === "string" ? didYouMean(given, known) : undefined;
  return near === undefined ? "" : `; did you mean ${near}?`;
}
