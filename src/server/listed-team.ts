import type { Worker } from "../describe/worker.ts";
import type { Json } from "../model/json.ts";
import type { Supervisor } from "../supervisor.ts";
import type { TeamListed } from "./wire.ts";

/** A team as it is listed for callers that may give it a task. */
export function listed(team: Supervisor): TeamListed {
  const { name, version, description } = team;
  const agents = Object.values<Worker>(team.agents);
  const input = inputOf(agents);
  return {
    name,
    ...(version !== undefined && { version }),
    ...(description !== undefined && { description }),
    agents: agents.map((one) => ({
      name: one.name,
      ...(one.description !== undefined && { description: one.description }),
    })),
    ...(input !== undefined && { input }),
  };
}

interface JsonSchemaOf {
  readonly "~standard"?: {
    readonly jsonSchema?: { readonly input?: (options: { readonly target: string }) => unknown };
  };
}

/** The agents' common input schema, if they all have the same and it can be expressed as JSON Schema. */
function inputOf(agents: readonly Worker[]): Json | undefined {
  const schemas = new Set(
    agents
      .map((one) => (one as { readonly input?: JsonSchemaOf }).input)
      .filter((one) => one !== undefined),
  );
  const [only, another] = schemas;
  if (only === undefined || another !== undefined) return undefined;
  try {
    return only["~standard"]?.jsonSchema?.input?.({ target: "draft-2020-12" }) as Json | undefined;
  } catch {
    return undefined;
  }
}
