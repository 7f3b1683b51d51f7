import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packedProject, type PackedProject } from "../package/packed-project.ts";

const root = resolve(import.meta.dirname, "../..");

const COMPILERS = [
  ["5.9", join(import.meta.dirname, "node_modules/typescript-5.9/bin/tsc")],
  ["7", join(root, "node_modules/typescript/bin/tsc")],
] as const;

const RESOLUTIONS = [
  ["node16", { module: "node16", moduleResolution: "node16" }],
  ["nodenext", { module: "nodenext", moduleResolution: "nodenext" }],
  ["bundler", { module: "preserve", moduleResolution: "bundler" }],
] as const;

const PROGRAM = `
  import { agent, supervisor, type Outcome } from "quorate";
  import { modelAgent } from "quorate/ai-sdk";
  import { auditJudges } from "quorate/audit";
  import { safeText } from "quorate/cli";
  import { commandAgent } from "quorate/command";
  import { reliability } from "quorate/learning";
  import { similar } from "quorate/similar";
  import { sqlite } from "quorate/sqlite";
  import { virtualClock } from "quorate/testing";

  const lawyer = agent({ name: "lawyer", run: async (task: string) => ({ recommendation: "hold", task }) });
  const desk = supervisor({ name: "desk", agents: { lawyer }, resolve: [reliability({ labels: "fixed" })] });
  const { results, status } = await desk.run("sell?");
  const said: string | null = results.lawyer.status === "ok" ? results.lawyer.output.recommendation : null;
  const state: Outcome["status"] = status;
  export { auditJudges, commandAgent, modelAgent, safeText, said, similar, sqlite, state, virtualClock };
`;
const WRONG = 'import { agent } from "quorate";\nagent({ name: 1, run: async () => 1 });\n';
const REQUIRED = `
  import quorate = require("quorate");
  import learning = require("quorate/learning");
  const one = quorate.agent({ name: "one", run: async (task: string) => task });
  export = { one, links: [learning.reliability({ labels: "fixed" })] };
`;

let project: PackedProject;

beforeAll(() => {
  project = packedProject();
  project.link("@types/node", "undici-types", "@standard-schema/spec", "ai", "commander", "execa");
}, 60_000);

afterAll(() => project.remove());

/** The errors of files that are compiled as a strict project does, which looks into the types of its packages, too. */
function errorsIn(compiler: string, settings: object, files: Readonly<Record<string, string>>) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(project.folder, name), text);
  const compilerOptions = {
    ...settings,
    target: "es2024",
    lib: ["es2024", "esnext.disposable"],
    types: ["node"],
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
  };
  const tsconfig = { compilerOptions, files: Object.keys(files) };
  writeFileSync(join(project.folder, "tsconfig.json"), JSON.stringify(tsconfig));
  const { stdout } = spawnSync(process.execPath, [compiler, "-p", "."], {
    cwd: project.folder,
    encoding: "utf8",
  });
  // Those of the peers are theirs.
  const isOurs = (line: string): boolean => !line.startsWith("..");
  return stdout.split("\n").filter((line) => line.includes("error TS") && isOurs(line));
}

describe.each(COMPILERS)("the types of the packed package under TypeScript %s", (_, compiler) => {
  it.each(RESOLUTIONS)("are found and hold with module resolution %s", (_, settings) => {
    const files = { "program.ts": PROGRAM, "wrong.ts": WRONG };
    expect(errorsIn(compiler, settings, files)).toEqual([
      expect.stringMatching(/^wrong\.ts\(2,9\): error TS2322/),
    ]);
  });

  it("are found by require() in a CommonJS file", () => {
    const settings = { module: "nodenext", moduleResolution: "nodenext" };
    expect(errorsIn(compiler, settings, { "required.cts": REQUIRED })).toEqual([]);
  });
});
