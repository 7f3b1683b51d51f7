import type { Worker } from "../describe/agent.ts";
import type { Json } from "../model/json.ts";
import type { Supervisor } from "../supervisor.ts";
import type { TeamListed } from "./wire.ts";

/** A team as whoever wants to give it a task sees it. */
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

/** The schema that all agents have, if they have one and the same and it can be said as JSON Schema. */
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
