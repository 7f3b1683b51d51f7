import { readFileSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { agent, supervisor, type RunEvent } from "../../src/index.ts";
import { recordTruth, reliability } from "../../src/learning/index.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { finished, started } from "../../src/testing/store-contract/run-events.ts";
import { aes } from "./aes.ts";
import { tempPaths } from "./temp-folder.ts";

const tempPath = tempPaths();

/** All that the files of a store hold. */
function bytesOf(path: string): Buffer {
  const names = readdirSync(dirname(path)).filter((name) => name.startsWith(basename(path)));
  return Buffer.concat(names.map((name) => readFileSync(join(dirname(path), name))));
}

describe("erasing the runs of a tenant", () => {
  it("leaves nothing of what was asked and said, and nothing in the file once its free room is given back", async () => {
    const path = tempPath();
    await using store = sqlite({ path }).store;
    const answers = (name: string) =>
      agent({
        name,
        version: "1",
        cache: true,
        run: (task: { text: string }) => ({ recommendation: "ship", text: `said of ${task.text}` }),
      });
    const team = supervisor({
      name: "team",
      agents: { one: answers("one"), two: answers("two") },
      resolve: [reliability({ labels: "fixed" })],
      backend: { store },
    });
    const task = (whose: string) => ({ text: `${whose}'s secret ${"x".repeat(10_000)}` });
    for (const tenant of ["acme", "other"]) {
      const { runId } = await team.run(task(tenant), { tenant, tags: { of: tenant } });
      await recordTruth({ store }, runId, "task", "ship");
    }
    expect(bytesOf(path).includes("acme's secret")).toBe(true);
    expect((await store.values.list("ballot/")).length).toBe(2);
    expect((await store.values.list("cache/")).length).toBe(4);

    expect(await store.erase({ tenant: "acme" })).toBe(1);
    {
      using db = new DatabaseSync(path);
      db.exec("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
    }
    expect(bytesOf(path).includes("acme")).toBe(false);
    expect(bytesOf(path).includes("other's secret")).toBe(true);
    expect((await store.values.list("ballot/")).length).toBe(1);
    expect((await store.values.list("cache/")).length).toBe(2);
  });

  it("finds them by keyed hashes in a file with a codec", async () => {
    const path = tempPath();
    await using store = sqlite({ path, codec: aes() }).store;
    const one = agent({ name: "one", run: () => "ship" });
    const team = supervisor({ name: "team", agents: { one }, backend: { store } });
    await team.run("task", { tenant: "acme", tags: { branch: "main" } });
    expect(bytesOf(path).includes("acme")).toBe(false);
    expect(await store.runs({ tenant: "acme", team: "team" })).toMatchObject([
      { tenant: "acme", tags: { branch: "main" } },
    ]);
    expect(await store.erase({ tag: { branch: "main" } })).toBe(1);
  });
});

it("a file keeps no tenant and no tag of a run that is forgotten once the last value of it has expired", async () => {
  const path = tempPath();
  let now = 1_000;
  await using store = sqlite({ path, clock: { now: () => now } }).store;
  const first = { ...started("run"), tenant: "acme", tags: { branch: "main" } } as RunEvent;
  await store.append([first, finished("run", 2)]);
  await store.values.change("kept", () => 1, { runId: "run", expiresAtMs: 5_000 });
  const labels = (): unknown => {
    using db = new DatabaseSync(path);
    return db.prepare("SELECT count(*) AS count FROM labels").get()?.["count"];
  };
  await store.prune(Infinity);
  expect(labels()).toBe(2);
  now = 6_000;
  await store.prune(Infinity);
  expect(labels()).toBe(0);
});
