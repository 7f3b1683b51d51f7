import { expect, it } from "vitest";
import { agent, supervisor, type Backend } from "../../src/index.ts";
import { begin, gate, serve, until } from "./served.ts";

const ANN = "a".repeat(40);
const BOB = "b".repeat(40);
const ALL = "o".repeat(40);
const tokens = [{ token: ALL }, { token: ANN, tenant: "ann" }, { token: BOB, tenant: "bob" }];

/** What a tenant of a server sees and does of another's runs, whatever they are kept in. */
export function tenantCases(open: () => Backend): void {
  it("cannot see, steer, guess or count what is the first's: it is as if it were not there", async () => {
    const { team } = gate(open());
    await using served = await serve({ teams: [team], tokens });
    const runId = await begin(served, { says: ["ship", "hold"] }, { token: ANN });
    await until(team.backend, runId, "run.waiting");
    const decision = { subject: "task", winner: "hold", why: "mine now" };
    const paths: readonly (readonly [string, string, object?])[] = [
      ["GET", ""],
      ["GET", "/document"],
      ["GET", "/events"],
      ["GET", "/report?format=html"],
      ["GET", "/questions"],
      ["POST", "/cancel", {}],
      ["POST", "/decide", decision],
      ["POST", "/fork", {}],
      ["POST", "/fork/plan", {}],
      ["POST", "/truth", { subject: "task", truth: "hold" }],
    ];
    for (const [method, path, body] of paths) {
      const given = { token: BOB, ...(body !== undefined && { body }) };
      const foreign = await served.ask(method, `/api/runs/${runId}${path}`, given);
      const absent = await served.ask(method, `/api/runs/${crypto.randomUUID()}${path}`, given);
      const { date: _one, ...foreignHeaders } = foreign.headers;
      const { date: _other, ...absentHeaders } = absent.headers;
      expect(foreign.status).toBe(404);
      expect([foreign.status, foreign.text, foreignHeaders]).toEqual([
        absent.status,
        absent.text,
        absentHeaders,
      ]);
    }
    expect((await served.ask("GET", "/api/runs", { token: BOB })).json).toEqual({ runs: [] });
    expect((await served.ask("GET", `/api/runs?after=${runId}`, { token: BOB })).status).toBe(404);
    expect((await served.ask("GET", "/api/runs?after=nothing", { token: BOB })).status).toBe(404);
    const counted = async (token: string): Promise<object> =>
      (await served.ask("GET", "/api/run-counts", { token })).json;
    expect(await counted(BOB)).toEqual({ all: 0, statuses: {} });
    expect(await counted(ANN)).toEqual({ all: 1, statuses: { waiting: 1 } });
    expect((await served.ask("GET", "/api/bill", { token: BOB })).json).toMatchObject({
      all: { runs: 0 },
      budgets: [],
    });
    const figures = await served.ask("GET", "/api/agents", { token: BOB });
    expect(figures.json).toEqual({ team: "gate", agents: [] });
    const task = { team: "gate", input: {} };
    expect((await served.ask("POST", "/api/plan", { token: BOB, body: task })).json.recorded).toBe(
      0,
    );
    expect(await team.backend.store.run(runId)).toMatchObject({ status: "waiting", tenant: "ann" });
    expect((await served.ask("GET", "/api/runs", { token: ANN })).json.runs).toMatchObject([
      { runId },
    ]);
    expect((await served.ask("GET", "/api/runs", { token: ALL })).json.runs).toMatchObject([
      { runId },
    ]);
  });

  it("is not answered by what the first was answered, nor told that there is an answer", async () => {
    let asked = 0;
    const kept = agent({ name: "kept", version: "1", cache: true, run: () => ({ nth: ++asked }) });
    const backend = open();
    const team = supervisor({ name: "gate", agents: { kept }, backend });
    await using served = await serve({ teams: [team], tokens });
    const task = { team: "gate", input: {} };
    const ended = async (token: string): Promise<object | undefined> => {
      const runId = await begin(served, {}, { token });
      await until(backend, runId, "run.finished");
      return (await backend.store.read(runId)).find(
        ({ type }) => type === "call.reused" || type === "call.succeeded",
      );
    };
    const hits = async (token: string): Promise<unknown> =>
      (await served.ask("POST", "/api/plan", { token, body: task })).json.hits;
    expect(await ended(ANN)).toMatchObject({ type: "call.succeeded", output: { nth: 1 } });
    expect([await hits(ANN), await hits(BOB), await hits(ALL)]).toEqual([1, 0, 0]);
    expect(await ended(BOB)).toMatchObject({ type: "call.succeeded", output: { nth: 2 } });
    expect(await ended(ANN)).toMatchObject({ type: "call.reused", output: { nth: 1 } });
    expect(await ended(BOB)).toMatchObject({ type: "call.reused", output: { nth: 2 } });
  });

  it("has idempotency keys of its own", async () => {
    const { team } = gate(open());
    await using served = await serve({ teams: [team], tokens });
    const headers = { "Idempotency-Key": "same" };
    const ids = [
      await begin(served, {}, { token: ANN, headers }),
      await begin(served, { says: ["a", "a"] }, { token: BOB, headers }),
    ];
    expect(new Set(ids).size).toBe(2);
    expect(await team.backend.store.run(ids[1] ?? "")).toMatchObject({ tenant: "bob" });
  });
}
