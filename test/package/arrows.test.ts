import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");

const allowed = [
  ["src/errors.ts", 'import type { Verdict } from "./resolve/verdict.ts";'],
  ["src/schema.ts", 'import type { StandardSchemaV1 } from "@standard-schema/spec";'],
  ["src/agent.ts", 'import { LIMITS } from "./policy/limits.ts";'],
  ["src/check/a.ts", 'import { QuorateError } from "../errors.ts";'],
  ["src/async/a.ts", 'import { setTimeout } from "node:timers/promises";'],
  ["src/prompt/a.ts", 'import { clip } from "../text.ts";'],
  ["src/conflict/b.ts", 'import { lineFence } from "../prompt/fence.ts";'],
  ["src/policy/a.ts", 'import { sleep } from "../async/sleep.ts";'],
  ["src/conflict/a.ts", 'import { QuorateError } from "../errors.ts";'],
  ["src/reliability/a.ts", 'import { foldedKey } from "../conflict/canonical.ts";'],
  ["src/store/a.ts", 'import { other } from "./other.ts";'],
  ["src/engine/a.ts", 'import { memoryStore } from "../store/memory.ts";'],
  ["src/engine/b.ts", 'import type { Verdict } from "../resolve/verdict.ts";'],
  ["src/resolve/a.ts", 'import { detect } from "../conflict/find-conflicts.ts";'],
  ["src/resolve/b.ts", 'import type { Reliability } from "../reliability/reliability.ts";'],
  ["src/learning/a.ts", 'import { learn } from "../reliability/learn.ts";'],
  ["src/learning/b.ts", 'import type { Link } from "../resolve/link.ts";'],
  ["src/money/a.ts", 'import type { Values } from "../store/values.ts";'],
  ["src/experience/a.ts", 'import { learn } from "../reliability/learn.ts";'],
  ["src/supervisor/a.ts", 'import { vote } from "../resolve/vote.ts";'],
  ["src/supervisor/sub/a.ts", 'import { vote } from "../../resolve/vote.ts";'],
  ["src/supervisor/sub/b.ts", 'import type { Team } from "../team/team.ts";'],
  ["src/report/a.ts", 'import { memberId } from "../call-place.ts";'],
  ["src/sqlite/a.ts", 'import type { Store } from "../store/store.ts";'],
  ["src/testing/a.ts", 'import { supervisor } from "../supervisor/supervisor.ts";'],
  ["src/testing/sub/a.ts", 'import { memoryStore } from "../../store/memory.ts";'],
  ["src/testing/sub/b.ts", 'import { contract } from "../contract.ts";'],
  ["src/testing/sub/c.ts", 'import { other } from "../else/other.ts";'],
  ["src/testing/b.ts", 'import { a } from "./sub/a.ts";'],
  ["src/cli/a.ts", 'import { Command } from "commander";'],
  ["src/cli/b.ts", 'import { QuorateError } from "../index.ts";'],
  ["src/cli/c.ts", 'import type { RunEvent } from "../events.ts";'],
  ["src/ai-sdk/a.ts", 'const sdk = await import("ai");'],
  ["src/ai-sdk/b.ts", 'import { agent } from "../agent.ts";'],
  ["src/ai-sdk/c.ts", 'import type { Embed } from "../conflict/embedding.ts";'],
  ["src/command/a.ts", 'import { execa } from "execa";'],
  ["src/command/b.ts", 'import { agent } from "../agent.ts";'],
  ["src/index.ts", 'export { agent } from "./agent.ts";'],
] as const;

const refused = [
  ["src/errors.ts", 'import { verdict } from "./resolve/verdict.ts";'],
  ["src/json.ts", 'import { retry } from "./policy/retry.ts";'],
  ["src/schema.ts", 'import { SchemaError } from "@standard-schema/spec";'],
  ["src/check/a.ts", 'import { agent } from "../agent.ts";'],
  ["src/async/a.ts", 'import { retry } from "../policy/retry.ts";'],
  ["src/prompt/a.ts", 'import { exactText } from "../conflict/canonical.ts";'],
  ["src/policy/a.ts", 'import type { Store } from "../store/store.ts";'],
  ["src/conflict/a.ts", 'import { vote } from "../resolve/vote.ts";'],
  ["src/reliability/a.ts", 'import { vote } from "../resolve/vote.ts";'],
  ["src/store/a.ts", 'import { sqliteStore } from "../sqlite/index.ts";'],
  ["src/engine/a.ts", 'import { supervisor } from "../supervisor/supervisor.ts";'],
  ["src/engine/b.ts", 'import { verdict } from "../resolve/verdict.ts";'],
  ["src/resolve/b.ts", 'import { learn } from "../reliability/learn.ts";'],
  ["src/supervisor/c.ts", 'import { learned } from "../experience/recall.ts";'],
  ["src/learning/a.ts", 'import { supervisor } from "../supervisor/supervisor.ts";'],
  ["src/index.ts", 'export { learn } from "./reliability/learn.ts";'],
  ["src/resolve/a.ts", 'export { memoryStore } from "../store/memory.ts";'],
  ["src/money/a.ts", 'import { run } from "../engine/run.ts";'],
  ["src/experience/a.ts", 'import { run } from "../engine/run.ts";'],
  ["src/supervisor/a.ts", 'import { agent } from "../index.ts";'],
  ["src/supervisor/sub/a.ts", 'import { agent } from "../../index.ts";'],
  ["src/supervisor/b.ts", 'import limit from "p-limit";'],
  ["src/report/a.ts", 'import { conflictsAmong } from "../conflict/subjects.ts";'],
  ["src/sqlite/a.ts", 'import { run } from "../engine/run.ts";'],
  ["src/testing/a.ts", 'import { main } from "../cli/main.ts";'],
  ["src/testing/sub/a.ts", 'import { main } from "../../cli/main.ts";'],
  ["src/policy/sub/a.ts", 'import { memoryStore } from "../../store/memory.ts";'],
  ["src/engine/sub/a.ts", 'import { verdict } from "../../resolve/verdict.ts";'],
  ["src/cli/a.ts", 'import { attempt } from "../call.ts";'],
  ["src/cli/b.ts", 'const engine = await import("../engine/engine.ts");'],
  ["src/ai-sdk/a.ts", 'import { run } from "../engine/run.ts";'],
  ["src/ai-sdk/b.ts", 'import { embedder } from "../conflict/embedding.ts";'],
  ["src/agent.ts", 'import type { LanguageModel } from "ai";'],
  ["src/command/a.ts", 'import { run } from "../engine/run.ts";'],
  ["src/engine/c.ts", 'import { execa } from "execa";'],
  ["src/index.ts", 'export { sqliteStore } from "./sqlite/index.ts";'],
  ["src/index.ts", 'export { Command } from "commander";'],
] as const;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "quorate-arrows-"));
  cpSync(join(root, "oxlint.config.ts"), join(folder, "oxlint.config.ts"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Those of the imports that the project's lint refuses. */
function refusedAmong(cases: readonly (readonly [string, string])[]): readonly string[] {
  rmSync(join(folder, "src"), { recursive: true, force: true });
  const lines = Map.groupBy(cases, ([path]) => path);
  for (const [path, imports] of lines) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), imports.map(([, line]) => `${line}\n`).join(""));
  }
  const { stdout } = spawnSync(join(root, "node_modules/.bin/oxlint"), ["-f", "unix", "src"], {
    cwd: folder,
    encoding: "utf8",
  });
  return stdout
    .split("\n")
    .filter((line) => line.includes("no-restricted-imports"))
    .map((line) => line.split(":"))
    .map(([path = "", line]) => `${path}: ${lines.get(path)?.[Number(line) - 1]?.[1] ?? line}`);
}

const written = (cases: readonly (readonly [string, string])[]): readonly string[] =>
  cases.map(([path, line]) => `${path}: ${line}`);

describe("the arrows of the layout", () => {
  it("let a module import what stands below it", () => {
    expect(refusedAmong(allowed)).toEqual([]);
  });

  it("refuse what stands beside or above it, packages outside the adapters, and values where types are meant", () => {
    expect(refusedAmong(refused).toSorted()).toEqual(written(refused).toSorted());
  });
});
