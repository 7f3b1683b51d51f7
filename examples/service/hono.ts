import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { reviews } from "./reviews.ts";
import { reviewTeam, settingsFrom } from "./team.ts";

const service = reviews(reviewTeam(settingsFrom(process.env)));
const app = new Hono();
app.use(bodyLimit({ maxSize: 1024 * 1024 }));
const bodyOf = (request: { json(): Promise<unknown> }): Promise<unknown> =>
  request.json().catch(() => undefined);

app.post("/reviews", async (c) => {
  const { status, body } = await service.begin(await bodyOf(c.req));
  return c.json(body, status);
});
app.get("/reviews/:id", async (c) => {
  const { status, body } = await service.show(c.req.param("id"));
  return c.json(body, status);
});
app.post("/reviews/:id/decision", async (c) => {
  const { status, body } = await service.decide(c.req.param("id"), await bodyOf(c.req));
  return c.json(body, status);
});

const port = Number(process.env["PORT"] ?? 3000);
const server = serve({ fetch: app.fetch, port, hostname: "127.0.0.1" }, (info) =>
  console.log(`reviews at http://127.0.0.1:${info.port}`),
);
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    server.close();
    void service.close();
  });
}
