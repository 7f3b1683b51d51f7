import { FIGURE_ROUTES } from "./routes/figures.ts";
import { PROTOCOL_ROUTES } from "./routes/protocols.ts";
import { RUN_ROUTES } from "./routes/runs.ts";
import { SERVICE_ROUTES } from "./routes/service.ts";
import { STEERING_ROUTES } from "./routes/steering.ts";
import type { ServerRoute } from "./http/server-route.ts";

/** All routes: the router, the checks, the rights and the OpenAPI document are made from this table. */
export const ROUTES: readonly ServerRoute[] = [
  ...SERVICE_ROUTES,
  ...RUN_ROUTES,
  ...STEERING_ROUTES,
  ...FIGURE_ROUTES,
  ...PROTOCOL_ROUTES,
];
