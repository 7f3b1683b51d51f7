import type { AgentCard } from "@a2a-js/sdk";
import type { ServerParts } from "../asked.ts";
import { publicCard, teamCard, teamsCard } from "./card.ts";
import type { A2aAsked } from "./send.ts";

/** The path below which teams are asked. */
export const A2A_PATH = "/a2a";

/** The card for a request with a token: of one team, or of all as one agent. */
export function fullCard({ asked, team }: Pick<A2aAsked, "asked" | "team">): AgentCard {
  const { parts, address } = asked;
  const { teams, version } = parts;
  const [only, another] = teams.values();
  const below = team === undefined ? "" : `/${encodeURIComponent(team.name)}`;
  const of = { url: `${baseOf(parts, address)}${A2A_PATH}${below}`, version };
  if (team !== undefined) return teamCard(team, of);
  return only !== undefined && another === undefined
    ? teamCard(only, of)
    : teamsCard([...teams.values()], of);
}

/** The card for a request without a token. */
export function openCard({ asked }: Pick<A2aAsked, "asked">): AgentCard {
  const { parts, address } = asked;
  return publicCard({ url: `${baseOf(parts, address)}${A2A_PATH}`, version: parts.version });
}

/** The server's base URL: the configured one, else the one that the request used. */
function baseOf({ url }: ServerParts, { origin }: URL): string {
  return url === undefined ? origin : url.replace(/\/$/, "");
}
