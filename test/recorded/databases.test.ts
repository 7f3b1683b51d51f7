import { copyFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import * as quorate from "../../src/index.ts";
import type { Outcome, RunEvent } from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { folder, quorate as command } from "../cli/command.ts";
import { tempPaths } from "../sqlite/temp-folder.ts";
import { recordedTeam } from "./team.ts";

// Files as earlier versions of the package really made them, each with runs of the recorded team: `done` has finished, the process of
// `killed` was killed while `slow` was asked, and `waits` waits for a person. Never changed: such files are out there.
const FOLDER = join(import.meta.dirname, "databases");
const files = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".db"))
  .toSorted();
const tempPath = tempPaths();

/** What the recorded runs came to when they were made, or would have. */
const HELD = { quick: "ship", again: "hold", slow: "hold" } as const;

interface Durable {
  resume(runId: string): Promise<Outcome>;
  decide(runId: string, decision: object): Promise<Outcome>;
}

function open(file: string, more: object = {}) {
  const path = tempPath();
  copyFileSync(join(FOLDER, file), path);
  const store: Store & AsyncDisposable = sqlite({ path }).store;
  const asked: string[] = [];
  const seen = { asked: (name: string) => void asked.push(name), slow: () => {} };
  const team = recordedTeam(quorate as never, seen, { backend: { store }, ...more }) as Durable;
  return { path, store, asked, team };
}

function schemaOf(path: string): unknown {
  using db = new DatabaseSync(path, { readOnly: true });
  return db.prepare("PRAGMA user_version").get()?.["user_version"];
}

describe.each(files)("a database of an earlier version, %s,", (file) => {
  it("has all its runs, and is brought to the present schema", async () => {
    const { path, store } = open(file);
    await using _store = store;
    const runs = await store.runs();
    expect(runs.map(({ runId }) => runId)).toEqual(expect.arrayContaining(["done", "killed"]));
    for (const { runId } of runs) {
      const events = (await store.read(runId)) as readonly RunEvent[];
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
      expect(quorate.billOf(events).calls).toBeGreaterThan(0);
    }
    const newPath = tempPath();
    await using newStore = sqlite({ path: newPath }).store;
    await newStore.runs();
    expect(schemaOf(path)).toBe(schemaOf(newPath));
  });

  it("gives the outcome of a finished run, and asks nobody", async () => {
    const { store, asked, team } = open(file);
    await using _store = store;
    const { status, results, verdicts, missing } = await team.resume("done");
    expect(asked).toEqual([]);
    expect([status, missing]).toEqual(["complete", []]);
    for (const [name, recommendation] of Object.entries(HELD)) {
      expect(results[name]).toMatchObject({ status: "ok", output: { recommendation } });
    }
    expect(results["again"]).toMatchObject({ attempts: 2 });
    expect(results["inner"]).toMatchObject({ status: "ok", output: { status: "complete" } });
    expect(verdicts).toMatchObject([
      { subject: "task", status: "decided", winner: "hold", confidence: 2 / 3 },
      { subject: "finding of inside in 1", status: "unanimous", winner: "present" },
    ]);
  });

  it("has a run whose process was killed gone on with, and only the agent asked that had not answered", async () => {
    const { store, asked, team } = open(file);
    await using _store = store;
    const { status, results, verdicts } = await team.resume("killed");
    expect(asked).toEqual(["slow"]);
    expect(status).toBe("complete");
    expect(results["inner"]).toMatchObject({ status: "ok" });
    // Which findings are one is decided as this version does it.
    const [task, ...findings] = verdicts;
    expect(task).toMatchObject({ status: "decided", winner: "hold" });
    expect(findings.map(({ subject }) => subject)).toEqual([
      expect.stringMatching(/^finding of inside in \d$/),
      expect.stringMatching(/^finding of quick in \d$/),
    ]);
  });

  it("has a run that waits for a person decided, and asks nobody else", async () => {
    const { store, asked, team } = open(file, { resolve: [quorate.human()] });
    await using _store = store;
    // The first versions could not wait.
    const [question] = quorate.openQuestions(await store.read("waits"));
    if (question === undefined) return expect(file).toBe("schema-1.db");
    const decision = { subject: "task", winner: "ship", why: "it was agreed" };
    const { verdicts } = await team.decide("waits", decision);
    expect([verdicts[0]?.winner, verdicts[0]?.by]).toEqual(["ship", "human"]);
    // Findings that were one for the version that recorded them are two for this one.
    let status: string | undefined;
    for (const { subject } of verdicts.slice(1)) {
      ({ status } = await team.decide("waits", { subject, winner: "absent", why: "as agreed" }));
    }
    expect(status).toBe("complete");
    expect(asked).toEqual([]);
  });

  it("is shown by the command line", async () => {
    const { path, store } = open(file);
    await store[Symbol.asyncDispose]();
    for (const args of [["runs"], ["show", "killed"], ["explain", "done"], ["bill"]]) {
      const { code, stderr } = await command([...args, "--db", path], folder());
      expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: "" });
    }
  });
});
