import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");

const allowed = [
  ["src/model/errors.ts", 'import { bounded } from "./thrown.ts";'],
  ["src/model/reliability.ts", 'import type { F } from "../learning/statistics/finding-model.ts";'],
  ["src/check/schema.ts", 'import type { StandardSchemaV1 } from "@standard-schema/spec";'],
  ["src/check/a.ts", 'import { QuorateError } from "../model/errors.ts";'],
  ["src/async/a.ts", 'import { setTimeout } from "node:timers/promises";'],
  ["src/prompt/a.ts", 'import { clip } from "../model/text.ts";'],
  ["src/retry/a.ts", 'import { refuse } from "../check/options.ts";'],
  ["src/money/a.ts", 'import type { Tier } from "../describe/tier.ts";'],
  ["src/limits/a.ts", 'import type { Values } from "../store/values.ts";'],
  ["src/describe/agent.ts", 'import { LIMITS } from "../limits/limiter-options.ts";'],
  ["src/conflict/a.ts", 'import { lineFence } from "../prompt/fence.ts";'],
  ["src/conflict/similar/a.ts", 'import { place } from "../place.ts";'],
  ["src/conflict/contradiction/a.ts", 'import type { Apart } from "../keep-apart.ts";'],
  ["src/store/a.ts", 'import { other } from "./other.ts";'],
  ["src/log/a.ts", 'import type { Store } from "../store/store.ts";'],
  ["src/call/a.ts", 'import { evolve } from "../log/call-state.ts";'],
  ["src/call/cache/a.ts", 'import { batch } from "../batch/batch.ts";'],
  ["src/resolve/a.ts", 'import { detect } from "../conflict/find-conflicts.ts";'],
  ["src/learning/statistics/a.ts", 'import { foldedKey } from "../../conflict/canonical.ts";'],
  ["src/learning/history/a.ts", 'import { learn } from "../statistics/learn.ts";'],
  ["src/learning/a.ts", 'import { learn } from "./statistics/learn.ts";'],
  ["src/learning/b.ts", 'import type { Resolver } from "../resolve/resolver.ts";'],
  ["src/team/a.ts", 'import { vote } from "../resolve/vote.ts";'],
  ["src/team/decide/a.ts", 'import { vote } from "../../resolve/vote.ts";'],
  ["src/team/decide/b.ts", 'import type { Team } from "../team.ts";'],
  ["src/run/a.ts", 'import { plan } from "../team/plan.ts";'],
  ["src/forecast/a.ts", 'import { root } from "../run/root.ts";'],
  ["src/sqlite/a.ts", 'import type { Store } from "../store/store.ts";'],
  ["src/ports/a.ts", 'import { storeLimiter } from "../limits/store-limiter.ts";'],
  ["src/testing/a.ts", 'import { supervisor } from "../supervisor.ts";'],
  ["src/testing/sub/a.ts", 'import { memoryStore } from "../../store/memory.ts";'],
  ["src/testing/sub/b.ts", 'import { contract } from "../contract.ts";'],
  ["src/testing/sub/c.ts", 'import { other } from "../else/other.ts";'],
  ["src/testing/b.ts", 'import { a } from "./sub/a.ts";'],
  ["src/eval/a.ts", 'import { beginRun } from "../run/begin.ts";'],
  ["src/cli/a.ts", 'import { Command } from "commander";'],
  ["src/cli/b.ts", 'import { QuorateError } from "../index.ts";'],
  ["src/cli/c.ts", 'import type { RunEvent } from "../model/events.ts";'],
  ["src/ai-sdk/a.ts", 'const sdk = await import("ai");'],
  ["src/ai-sdk/b.ts", 'import { agent } from "../describe/agent.ts";'],
  ["src/ai-sdk/c.ts", 'import type { Embed } from "../conflict/similar/embedding.ts";'],
  ["src/program/a.ts", 'const { execa } = await import("execa");'],
  ["src/command/a.ts", 'import { runProgram } from "../program/run-program.ts";'],
  ["src/acp/a.ts", 'const sdk = await import("@agentclientprotocol/sdk");'],
  ["src/acp/b.ts", 'import { startProgram } from "../program/start-program.ts";'],
  ["src/command/b.ts", 'import { agent } from "../describe/agent.ts";'],
  ["src/index.ts", 'export { agent } from "./describe/agent.ts";'],
] as const;

const refused = [
  ["src/model/errors.ts", 'import { verdict } from "../resolve/chain.ts";'],
  ["src/model/json.ts", 'import { retry } from "../retry/retry.ts";'],
  ["src/check/schema.ts", 'import { SchemaError } from "@standard-schema/spec";'],
  ["src/check/a.ts", 'import { agent } from "../describe/agent.ts";'],
  ["src/async/a.ts", 'import { retry } from "../retry/retry.ts";'],
  ["src/prompt/a.ts", 'import { exactText } from "../conflict/canonical.ts";'],
  ["src/retry/a.ts", 'import type { Store } from "../store/store.ts";'],
  ["src/money/a.ts", 'import { run } from "../call/run.ts";'],
  ["src/limits/a.ts", 'import { memoryStore } from "../store/memory.ts";'],
  ["src/describe/agent.ts", 'import type { LanguageModel } from "ai";'],
  ["src/conflict/a.ts", 'import { vote } from "../resolve/vote.ts";'],
  ["src/conflict/contradiction/a.ts", 'import { keepApart } from "../keep-apart.ts";'],
  ["src/store/a.ts", 'import { sqlite } from "../sqlite/index.ts";'],
  ["src/log/a.ts", 'import { call } from "../call/call.ts";'],
  ["src/call/a.ts", 'import { supervisor } from "../supervisor.ts";'],
  ["src/call/b.ts", 'import { vote } from "../resolve/vote.ts";'],
  ["src/call/c.ts", 'import { execa } from "execa";'],
  ["src/call/cache/a.ts", 'import { vote } from "../../resolve/vote.ts";'],
  ["src/resolve/a.ts", 'export { loadHistory } from "../learning/history/load-history.ts";'],
  ["src/resolve/b.ts", 'import { learn } from "../learning/statistics/learn.ts";'],
  ["src/learning/statistics/a.ts", 'import { loadHistory } from "../history/load-history.ts";'],
  ["src/learning/statistics/b.ts", 'import { vote } from "../../resolve/vote.ts";'],
  ["src/learning/history/a.ts", 'import { run } from "../../call/run.ts";'],
  ["src/learning/a.ts", 'import { supervisor } from "../supervisor.ts";'],
  ["src/team/a.ts", 'import { agent } from "../index.ts";'],
  ["src/team/b.ts", 'import limit from "p-limit";'],
  ["src/team/c.ts", 'import { learned } from "../learning/history/load-history.ts";'],
  ["src/team/d.ts", 'import { begin } from "../run/begin.ts";'],
  ["src/team/decide/a.ts", 'import { agent } from "../../index.ts";'],
  ["src/run/a.ts", 'import { plan } from "../forecast/forecast.ts";'],
  ["src/eval/a.ts", 'import { attempt } from "../call/attempt.ts";'],
  ["src/sqlite/a.ts", 'import { run } from "../call/run.ts";'],
  ["src/ports/a.ts", 'import { agent } from "../describe/agent.ts";'],
  ["src/testing/a.ts", 'import { main } from "../cli/main.ts";'],
  ["src/testing/sub/a.ts", 'import { main } from "../../cli/main.ts";'],
  ["src/cli/a.ts", 'import { attempt } from "../call/attempt.ts";'],
  ["src/cli/b.ts", 'const executor = await import("../executor/engine.ts");'],
  ["src/ai-sdk/a.ts", 'import { run } from "../call/run.ts";'],
  ["src/ai-sdk/b.ts", 'import { embedder } from "../conflict/similar/embedding.ts";'],
  ["src/command/a.ts", 'import { run } from "../call/run.ts";'],
  ["src/index.ts", 'export { learn } from "./learning/statistics/learn.ts";'],
  ["src/index.ts", 'export { sqlite } from "./sqlite/index.ts";'],
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
