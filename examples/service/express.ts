import type { AddressInfo } from "node:net";
import express from "express";
import { reviews } from "./reviews.ts";
import { reviewTeam, settingsFrom } from "./team.ts";

const service = reviews(reviewTeam(settingsFrom(process.env)));
const app = express();
app.disable("x-powered-by");
app.use(express.json({ limit: "1mb" }));

app.post("/reviews", async (request, response) => {
  const { status, body } = await service.begin(request.body);
  response.status(status).json(body);
});
app.get("/reviews/:id", async (request, response) => {
  const { status, body } = await service.show(request.params.id);
  response.status(status).json(body);
});
app.post("/reviews/:id/decision", async (request, response) => {
  const { status, body } = await service.decide(request.params.id, request.body);
  response.status(status).json(body);
});

const port = Number(process.env["PORT"] ?? 3000);
const server = app.listen(port, "127.0.0.1", () => {
  console.log(`reviews at http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    server.close();
    void service.close();
  });
}
