import type { ServerRoute } from "../http/server-route.ts";
import { json, object, text } from "./schemas.ts";

/** The routes for health, signing in, and the list of teams. */
export const SERVICE_ROUTES: readonly ServerRoute[] = [
  {
    id: "health",
    method: "GET",
    path: "/healthz",
    needs: "open",
    summary: "Whether the server answers.",
    answers: json("It does."),
  },
  {
    id: "ready",
    method: "GET",
    path: "/readyz",
    needs: "open",
    summary: "Whether the server can take work: it is not closing, and its store answers.",
    answers: json("It can."),
  },
  {
    id: "openApi",
    method: "GET",
    path: "/openapi.json",
    needs: "open",
    summary: "This document.",
    answers: json("OpenAPI 3.1."),
  },
  {
    id: "openSession",
    method: "POST",
    path: "/api/session",
    needs: "open",
    summary: "Signs a browser in, by a token or by a code that works once: sets a cookie.",
    body: {
      oneOf: [object({ token: text(1_000) }, ["token"]), object({ code: text(200) }, ["code"])],
    },
    answers: json("Who is signed in."),
  },
  {
    id: "showSession",
    method: "GET",
    path: "/api/session",
    needs: "signed-in",
    summary: "Who asks, and what the token allows.",
    answers: json("{ name?, tenant?, scopes }"),
  },
  {
    id: "closeSession",
    method: "DELETE",
    path: "/api/session",
    needs: "open",
    summary: "Signs the browser out.",
    answers: { status: 204, type: "", says: "It is signed out." },
  },
  {
    id: "listTeams",
    method: "GET",
    path: "/api/teams",
    needs: "read",
    summary: "The teams that can be given a task.",
    answers: json("{ teams }"),
  },
];
