import type { ServerRoute } from "../http/server-route.ts";
import { ANYTHING, json } from "./schemas.ts";

/** The routes that offer the same runs by other protocols. */
export const PROTOCOL_ROUTES: readonly ServerRoute[] = [
  {
    id: "a2aCard",
    method: "GET",
    path: "/.well-known/agent-card.json",
    needs: "open",
    summary: "The agent card of A2A. With a token it says which teams there are.",
    answers: json("AgentCard of A2A 1.0."),
  },
  {
    id: "a2aTeamCard",
    method: "GET",
    path: "/a2a/:team/.well-known/agent-card.json",
    needs: "read",
    summary: "The agent card of one team.",
    answers: json("AgentCard of A2A 1.0."),
  },
  {
    id: "a2aAsk",
    method: "POST",
    path: "/a2a",
    needs: "signed-in",
    summary:
      "A2A 1.0 over JSON-RPC; a message that begins a task names the team in its metadata, as skillId. What a method needs, its scope says.",
    body: { type: "object" },
    answers: json("JSON-RPC 2.0, as server-sent events where the method streams."),
  },
  {
    id: "a2aAskTeam",
    method: "POST",
    path: "/a2a/:team",
    needs: "signed-in",
    summary: "The same, of one team.",
    body: { type: "object" },
    answers: json("JSON-RPC 2.0, as server-sent events where the method streams."),
  },
  {
    id: "mcp",
    method: "POST",
    path: "/mcp",
    needs: "signed-in",
    summary:
      "The Model Context Protocol, streamable HTTP: each team is a tool, runs are resources. What the token allows holds for each tool.",
    body: ANYTHING,
    answers: {
      status: 200,
      type: "text/event-stream",
      says: "JSON-RPC 2.0 messages; 202 for notifications, 501 where @modelcontextprotocol/server is not installed",
    },
    streams: true,
  },
];
