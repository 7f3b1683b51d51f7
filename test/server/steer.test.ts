import { describe, expect, it } from "vitest";
import { memory } from "../../src/index.ts";
import { ROUTES } from "../../src/server/routes.ts";
import { begin, gate, serve, until, type Served, type SseEvent } from "./served.ts";

async function all(events: AsyncIterable<SseEvent>): Promise<SseEvent[]> {
  const read: SseEvent[] = [];
  for await (const event of events) read.push(event);
  return read;
}

const seqs = (events: readonly SseEvent[]): readonly number[] =>
  events.flatMap(({ id }) => (id === undefined ? [] : [Number(id)]));

describe("a run over HTTP", () => {
  it("is begun, seen while it goes on and to its end, and told as a report in every format", async () => {
    const { team, letGo } = gate();
    await using served = await serve({ teams: [team] });
    const runId = await begin(served, { holds: true });
    await until(team.backend, runId, "call.succeeded");
    const running = await served.ask("GET", `/api/runs/${runId}`);
    expect(running.json).toMatchObject({
      run: { runId, status: "running" },
      report: { status: "running" },
    });
    const following = all(served.events(`/api/runs/${runId}/events`));
    letGo();
    const events = await following;
    expect(events.at(-1)).toEqual({ event: "end", data: "{}" });
    const log = await team.backend.store.read(runId);
    expect(events.slice(0, -1).map(({ data }) => JSON.parse(data) as unknown)).toEqual(log);
    expect(seqs(events)).toEqual(log.map(({ seq }) => seq));
    const listed = await served.ask("GET", "/api/runs?team=gate&status=complete&status=failed");
    expect(listed.json.runs).toMatchObject([{ runId, status: "complete" }]);
    const formats = {
      md: "hold|ship",
      json: '"quorate-report/1"',
      junit: "<testsuites",
      sarif: "sarif",
      html: "<!doctype html>",
    };
    for (const [format, has] of Object.entries(formats)) {
      const { status, text, headers } = await served.ask(
        "GET",
        `/api/runs/${runId}/report?format=${format}`,
      );
      expect(status).toBe(200);
      expect(text).toMatch(new RegExp(has, "i"));
      expect(headers["content-disposition"]).toMatch(/^attachment; filename="run-[\w.-]+"$/);
    }
    const document = await served.ask("GET", `/api/runs/${runId}/document`);
    expect(document.json).toMatchObject({ runId, status: "complete", verdict: { winner: "ship" } });
  });

  it("is followed from where a reader was cut off, with nothing lost and nothing twice", async () => {
    const { team, letGo } = gate();
    await using served = await serve({ teams: [team] });
    const runId = await begin(served, { holds: true });
    const first: SseEvent[] = [];
    for await (const event of served.events(`/api/runs/${runId}/events`)) {
      first.push(event);
      if (first.length === 3) break;
    }
    letGo();
    const last = first.at(-1)?.id ?? "";
    const rest = await all(
      served.events(`/api/runs/${runId}/events`, { headers: { "Last-Event-ID": last } }),
    );
    const log = await team.backend.store.read(runId);
    expect([...seqs(first), ...seqs(rest)]).toEqual(log.map(({ seq }) => seq));
    const [one, two] = [
      await served.ask("GET", `/api/runs/${runId}/events?limit=4`),
      await served.ask("GET", `/api/runs/${runId}/events?after=4&limit=500`),
    ];
    expect(one.json.next).toBe(4);
    expect(two.json.next).toBe(undefined);
    expect([...one.json.events, ...two.json.events]).toEqual(log);
  });

  it("is begun once under an idempotency key, also by requests at the same time, and another request is refused", async () => {
    const { team, asked } = gate();
    await using served = await serve({ teams: [team] });
    const headers = { "Idempotency-Key": "pull-7" };
    const body = { team: "gate", input: {}, tags: { branch: "main" } };
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => served.ask("POST", "/api/runs", { headers, body })),
    );
    expect(new Set(answers.map(({ json }) => json.runId as string)).size).toBe(1);
    const runId = answers[0]?.json.runId as string;
    await until(team.backend, runId, "run.finished");
    const again = await served.ask("POST", "/api/runs", { headers, body });
    expect(again).toMatchObject({ status: 200, json: { runId } });
    const other = await served.ask("POST", "/api/runs", {
      headers,
      body: { ...body, input: { says: ["a", "b"] } },
    });
    expect(other).toMatchObject({ status: 409, json: { error: { code: "CONFLICT" } } });
    expect(asked).toEqual(["first", "second"]);
    const tagged = await served.ask("GET", "/api/runs?tag=branch%3Dmain");
    expect(tagged.json.runs).toMatchObject([{ runId, tags: { branch: "main" } }]);
  });

  it("waits for a person, is decided with who did, and goes on; a second decision is too late", async () => {
    const { team } = gate();
    await using served = await serve({ teams: [team] });
    const runId = await begin(served, { says: ["ship", "hold"] });
    await until(team.backend, runId, "run.waiting");
    const questions = await served.ask("GET", `/api/runs/${runId}/questions`);
    expect(questions.json.questions).toMatchObject([
      { verdict: { subject: "task", status: "waiting" } },
    ]);
    const decide = (body: object) => served.ask("POST", `/api/runs/${runId}/decide`, { body });
    expect(await decide({ subject: "task", winner: "stop", why: "?" })).toMatchObject({
      status: 422,
      json: { error: { code: "NO_SUCH_POSITION" } },
    });
    expect(
      await decide({ subject: "task", winner: "hold", why: "Friday", by: "Ann" }),
    ).toMatchObject({ status: 200, json: { kept: "recorded" } });
    expect(await until(team.backend, runId, "person.decided")).toMatchObject({
      winner: "hold",
      why: "Friday",
      by: "Ann (by tests)",
    });
    await until(team.backend, runId, "run.finished");
    expect((await decide({ subject: "task", winner: "hold", why: "again" })).status).toBe(409);
  });

  it("is cancelled while it goes on, and while it waits", async () => {
    const { team } = gate();
    await using served = await serve({ teams: [team] });
    const running = await begin(served, { holds: true });
    await until(team.backend, running, "call.succeeded");
    const asked = await served.ask("POST", `/api/runs/${running}/cancel`, {
      body: { reason: "no more" },
    });
    expect(asked.json).toEqual({ answer: "asked" });
    expect(await until(team.backend, running, "run.cancelled")).toMatchObject({
      reason: "no more",
    });
    const waiting = await begin(served, { says: ["ship", "hold"] });
    await until(team.backend, waiting, "run.waiting");
    expect((await served.ask("POST", `/api/runs/${waiting}/cancel`)).json).toEqual({
      answer: "cancelled",
    });
    expect((await served.ask("POST", `/api/runs/${waiting}/cancel`)).json).toEqual({
      answer: "cancelled",
    });
  });

  it("is forked as its plan has said, and only that is asked again", async () => {
    const { team, asked } = gate();
    await using served = await serve({ teams: [team] });
    const runId = await begin(served);
    await until(team.backend, runId, "run.finished");
    const plan = (body: object) => served.ask("POST", `/api/runs/${runId}/fork/plan`, { body });
    expect((await plan({ from: "second" })).json).toMatchObject({
      reused: ["first"],
      asked: ["second"],
    });
    expect((await plan({ from: "first" })).json).toMatchObject({
      reused: [],
      asked: ["first", "second"],
    });
    expect((await plan({ input: { says: ["x", "y"] } })).json).toMatchObject({
      asked: ["first", "second"],
    });
    expect((await plan({ from: "nobody" })).status).toBe(422);
    asked.splice(0);
    const forked = await served.ask("POST", `/api/runs/${runId}/fork`, {
      body: { from: "second" },
    });
    expect(forked.status).toBe(201);
    await until(team.backend, forked.json.runId as string, "run.finished");
    expect(asked).toEqual(["second"]);
  });

  it("teaches by its truth, and is on the bill and in the figures of its agents", async () => {
    const { team } = gate();
    await using served = await serve({ teams: [team] });
    const runId = await begin(served);
    await until(team.backend, runId, "run.finished");
    const truth = await served.ask("POST", `/api/runs/${runId}/truth`, {
      body: { subject: "task", truth: "ship", by: "Ann" },
    });
    expect(truth.json).toMatchObject({ right: ["first", "second"], wrong: [] });
    const figures = await served.ask("GET", "/api/agents?team=gate");
    expect(figures.json).toMatchObject({
      team: "gate",
      agents: [{ agent: "first", calls: 1, failed: 0, usdMicros: [null] }, { agent: "second" }],
      calibration: { bins: [{ right: 1, of: 1 }] },
    });
    expect(figures.json.learned.claims).toMatchObject({ labels: "open" });
    const bill = await served.ask("GET", "/api/bill?team=gate");
    expect(bill.json).toMatchObject({ total: { calls: 2 }, teams: [{ name: "gate", runs: 1 }] });
    const plan = await served.ask("POST", "/api/plan", { body: { team: "gate", input: {} } });
    expect(plan.json.agents).toMatchObject([{ place: "first" }, { place: "second" }]);
  });

  it("is not begun where its task or its options are refused, and the key is free again", async () => {
    const { team } = gate();
    await using served = await serve({ teams: [team] });
    const headers = { "Idempotency-Key": "once" };
    const tooMany = Object.fromEntries(
      Array.from({ length: 50 }, (_, at) => [`tag${at}\u2028`, "x"]),
    );
    const refused = await served.ask("POST", "/api/runs", {
      headers,
      body: { team: "gate", input: {}, tags: tooMany },
    });
    expect(refused).toMatchObject({ status: 400, json: { error: { code: "BAD_OPTIONS" } } });
    expect(
      (await served.ask("POST", "/api/runs", { headers, body: { team: "gate", input: {} } }))
        .status,
    ).toBe(201);
    expect(
      (await served.ask("POST", "/api/runs", { body: { team: "gaet", input: {} } })).status,
    ).toBe(404);
  });
});

describe("the server's own answers", () => {
  it("are described by an OpenAPI document that has every route", async () => {
    const { team } = gate();
    await using served = await serve({ teams: [team] });
    const { json } = await served.ask("GET", "/openapi.json", { token: null });
    expect(json.openapi).toBe("3.1.0");
    const listed = Object.entries<object>(json.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const routes = ROUTES.map(
      ({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`,
    );
    expect(listed.toSorted()).toEqual(routes.toSorted());
  });

  it("say whether it lives and whether it takes work, and teams with the schema of their task", async () => {
    const { team } = gate();
    const served: Served = await serve({ teams: [team] });
    await using _served = served;
    expect((await served.ask("GET", "/healthz", { token: null })).status).toBe(200);
    expect((await served.ask("GET", "/readyz", { token: null })).status).toBe(200);
    expect((await served.ask("GET", "/api/teams")).json.teams).toMatchObject([
      { name: "gate", agents: [{ name: "first" }, { name: "second" }] },
    ]);
    await served.api.close();
    expect((await served.ask("GET", "/readyz", { token: null })).status).toBe(503);
  });

  it("mount below a path of another app", async () => {
    const { Hono } = await import("hono");
    const { team } = gate(memory());
    await using served = await serve({ teams: [team] });
    const app = new Hono();
    app.mount("/quorate", served.api.fetch);
    const answer = await app.request("http://localhost/quorate/healthz", {
      headers: { Host: "localhost" },
    });
    expect(await answer.json()).toEqual({ status: "ok" });
  });
});
