import { once } from "node:events";
import pg from "pg";
import { describe, expect, it, onTestFinished } from "vitest";
import { agent, supervisor } from "../../src/index.ts";
import { postgres, type PostgresBackend } from "../../src/postgres/index.ts";
import { tenantView } from "../../src/server/store-view.ts";
import { tenantCases } from "../server/tenant-cases.ts";
import { postgresServer } from "./server.ts";

const server = postgresServer();

function opened(schema = server.schema()): PostgresBackend {
  const backend = postgres({ url: server.url, schema });
  onTestFinished(async () => backend.close());
  return backend;
}

describe("a second tenant of a server whose runs are in PostgreSQL", () => {
  tenantCases(opened);
});

/** A run of each of two tenants, and one of nobody; the agents say whose task it was. */
async function ofTwo() {
  const schema = server.schema();
  const backend = opened(schema);
  const asked: unknown[] = [];
  const one = agent({
    name: "one",
    version: "1",
    cache: true,
    run(task: { readonly of: string }) {
      asked.push(task.of);
      return { recommendation: "ship", of: task.of };
    },
  });
  const team = supervisor({ name: "gate", agents: { one }, backend });
  for (const tenant of ["ann", "bob", undefined]) {
    const whose = tenant === undefined ? {} : { tenant };
    const task = { of: tenant ?? "nobody" };
    await team.run(task, { ...whose, runId: `${tenant} ran`, tags: { kind: "same" } });
    await team.enqueue(task, { ...whose, runId: `${tenant} left`, tags: { kind: "same" } });
  }
  return { backend, team, asked, schema };
}

const idsOf = (runs: readonly { readonly runId: string }[]): readonly string[] =>
  runs.map(({ runId }) => runId).toSorted();

describe("the runs of a tenant, in a PostgreSQL database that others use too", () => {
  it("are found by no query for another's", async () => {
    const { backend } = await ofTwo();
    const { store } = backend;
    const ofBob = ["bob left", "bob ran"];
    expect(idsOf(await store.runs({ tenant: "bob" }))).toEqual(ofBob);
    expect(idsOf(await store.runs({ tenant: "bob", tag: { kind: "same" } }))).toEqual(ofBob);
    expect(idsOf(await store.runs({ tenant: "bob", team: "gate", limit: 50 }))).toEqual(ofBob);
    expect(await store.runs({ tenant: "bob", prefix: "ann" })).toEqual([]);
    expect(await store.runs({ tenant: "bob", status: "interrupted" })).toMatchObject([
      { runId: "bob left", tenant: "bob" },
    ]);
    // Nor by one whose name could be a pattern, or the label of a tag.
    for (const tenant of ["%", "bo_", "", "bob\0", "kind", '["tenant","bob"]'])
      expect(await store.runs({ tenant })).toEqual([]);
    const ready = await store.ready({ team: "gate", tenant: "bob", limit: 9, without: [] });
    expect(idsOf(ready)).toEqual(["bob left"]);
  });

  it("are not read, followed or counted by what sees another's alone", async () => {
    const { backend, team } = await ofTwo();
    const view = tenantView(backend.store, "bob");
    for (const runId of ["ann ran", "ann left", "undefined ran"]) {
      expect(await view.read(runId)).toEqual([]);
      expect(await view.run(runId)).toBeUndefined();
      expect(await backend.store.run(runId)).toBeDefined();
    }
    expect(await view.read("bob ran")).not.toEqual([]);
    expect(idsOf(await view.runs({ limit: 100 }))).toEqual(["bob left", "bob ran"]);
    // What one is told who follows a run is of that run alone, whatever the others write meanwhile.
    const seen: string[] = [];
    const following = (async () => {
      for await (const event of backend.store.follow("bob left")) {
        seen.push(event.runId);
        if (event.type === "run.finished") return;
      }
    })();
    await Promise.all([team.resume("ann left"), team.resume("bob left")]);
    await following;
    expect(new Set(seen)).toEqual(new Set(["bob left"]));
  });

  it("are carried out by no worker of another's", async () => {
    const { backend, team, asked } = await ofTwo();
    const before = asked.length;
    const done = new EventTarget();
    const worker = team.keepResuming({
      tenant: "bob",
      onResumed: ({ runId }) => done.dispatchEvent(new CustomEvent("end", { detail: runId })),
    });
    const [event] = (await once(done, "end")) as [CustomEvent<string>];
    expect(event.detail).toBe("bob left");
    await worker.close();
    const resumed = await team.resumeAll({ tenant: "bob" });
    expect(resumed).toEqual([]);
    expect(idsOf(await backend.store.runs({ status: "interrupted" }))).toEqual([
      "ann left",
      "undefined left",
    ]);
    expect(asked.slice(before)).not.toContain("ann");
  });

  it("have answers that no other tenant's run is given, and values that go with them alone", async () => {
    const { backend, team, asked, schema } = await ofTwo();
    const before = asked.length;
    // As ann asked it: bob has to be asked for it himself.
    await team.run({ of: "ann" }, { tenant: "bob" });
    expect(asked.slice(before)).toEqual(["ann"]);
    await team.run({ of: "ann" }, { tenant: "ann" });
    expect(asked.slice(before)).toEqual(["ann"]);
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    onTestFinished(async () => client.end());
    const left = async (table: string) =>
      (
        await client.query(
          `SELECT DISTINCT run_id FROM ${schema}.${table} WHERE run_id LIKE 'ann%'`,
        )
      ).rowCount;
    expect(await left("kept_values")).toBe(1);
    const others = idsOf((await backend.store.runs()).filter(({ tenant }) => tenant !== "ann"));
    expect(await backend.store.erase({ tenant: "ann" })).toBeGreaterThanOrEqual(2);
    for (const table of ["runs", "labels", "kept_values", "attempts"])
      expect(await left(table)).toBe(0);
    expect(idsOf(await backend.store.runs())).toEqual(others);
    await team.run({ of: "bob" }, { tenant: "bob" });
    expect(asked.slice(before)).toEqual(["ann"]);
  });
});
