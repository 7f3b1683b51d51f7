import type { AgentCard, AgentSkill } from "@a2a-js/sdk";
import { clip } from "../../model/text.ts";
import type { Supervisor } from "../../supervisor.ts";
import { listed } from "../listed-team.ts";
import { JSON_TYPE, MARKDOWN_TYPE, TEXT_TYPE } from "./parts.ts";

/** The version of A2A that the server speaks. */
export const A2A_VERSION = "1.0";

const MAX_SCHEMA_CHARS = 4_000;
const MAX_NAMED = 20;

const INPUT_MODES: readonly string[] = [TEXT_TYPE, JSON_TYPE];
const OUTPUT_MODES: readonly string[] = [MARKDOWN_TYPE, JSON_TYPE];

/** The URL for the card, and the version of this package. */
export interface CardOf {
  readonly url: string;
  readonly version: string;
}

/** The card of one team: one agent with one skill. */
export function teamCard(team: Supervisor, { url, version }: CardOf): AgentCard {
  const { name } = team;
  return card({
    name,
    description: descriptionOf(team),
    url,
    version: team.version ?? version,
    skills: [skillOf(team)],
  });
}

/** The card of all teams: one agent with a skill for each. */
export function teamsCard(teams: readonly Supervisor[], { url, version }: CardOf): AgentCard {
  return card({
    name: "quorate",
    description:
      "Teams of agents, one skill each. A message names its team in its metadata, as skillId.",
    url,
    version,
    skills: teams.map(skillOf),
  });
}

/** The card that is shown without a token: only that there is an agent, and how to ask it. */
export function publicCard({ url, version }: CardOf): AgentCard {
  const made = card({
    name: "quorate",
    description: "Teams of agents. Ask for the card with a token to see which.",
    url,
    version,
    skills: [
      {
        ...plainSkill("teams", "Teams of agents"),
        description: "Gives a task to a team of agents, and answers with its verdict.",
      },
    ],
  });
  return { ...made, capabilities: { streaming: true, extensions: [], extendedAgentCard: true } };
}

interface CardText {
  readonly name: string;
  readonly description: string;
  readonly url: string;
  readonly version: string;
  readonly skills: AgentSkill[];
}

function card({ name, description, url, version, skills }: CardText): AgentCard {
  return {
    name,
    description,
    version,
    supportedInterfaces: [
      { url, protocolBinding: "JSONRPC", protocolVersion: A2A_VERSION, tenant: "" },
    ],
    provider: undefined,
    capabilities: {
      streaming: true,
      pushNotifications: false,
      extensions: [],
      extendedAgentCard: true,
    },
    securitySchemes: {
      token: {
        scheme: {
          $case: "httpAuthSecurityScheme",
          value: { description: "A token of the server.", scheme: "Bearer", bearerFormat: "" },
        },
      },
    },
    securityRequirements: [{ schemes: { token: { list: [] } } }],
    defaultInputModes: [...INPUT_MODES],
    defaultOutputModes: [...OUTPUT_MODES],
    skills,
    signatures: [],
  };
}

function plainSkill(id: string, name: string): AgentSkill {
  return {
    id,
    name,
    description: "",
    tags: ["team"],
    examples: [],
    inputModes: [...INPUT_MODES],
    outputModes: [...OUTPUT_MODES],
    securityRequirements: [],
  };
}

function skillOf(team: Supervisor): AgentSkill {
  const { input } = listed(team);
  const takes =
    input === undefined
      ? ""
      : ` It takes JSON of this schema: ${clip(JSON.stringify(input), MAX_SCHEMA_CHARS)}`;
  return {
    ...plainSkill(team.name, team.name),
    description: `${descriptionOf(team)}${takes}`,
  };
}

function descriptionOf(team: Supervisor): string {
  const { description, agents } = listed(team);
  if (description !== undefined) return description;
  const names = agents.slice(0, MAX_NAMED).map(({ name }) => name);
  const more = agents.length > MAX_NAMED ? ` and ${agents.length - MAX_NAMED} more` : "";
  return `A team of agents: ${names.join(", ")}${more}.`;
}
