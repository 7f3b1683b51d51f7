import type { ServerRoute } from "../http/server-route.ts";
import { LIMIT, NAME, TIME_MS, json } from "./schemas.ts";

/** The routes for figures about many runs. */
export const FIGURE_ROUTES: readonly ServerRoute[] = [
  {
    id: "showBill",
    method: "GET",
    path: "/api/bill",
    needs: "read",
    summary: "What runs have cost, the latest first.",
    query: { team: NAME, since: TIME_MS, limit: LIMIT(10_000) },
    answers: json("{ total, teams, days, dearest, all, budgets, more? }"),
  },
  {
    id: "showAgents",
    method: "GET",
    path: "/api/agents",
    needs: "read",
    summary: "How reliable, how fast and how expensive the agents of a team were in its last runs.",
    query: { team: NAME, labels: { enum: ["fixed", "open"], default: "open" } },
    answers: json("{ team, learned?, agents, calibration? }"),
  },
];
