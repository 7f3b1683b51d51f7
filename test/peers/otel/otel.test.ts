import { spawnSync } from "node:child_process";
import { cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packedProject, type PackedProject } from "../../package/packed-project.ts";

let project: PackedProject;

beforeAll(() => {
  project = packedProject();
  symlinkSync(
    join(import.meta.dirname, "node_modules/@opentelemetry"),
    join(project.folder, "node_modules/@opentelemetry"),
  );
  cpSync(join(import.meta.dirname, "program.mjs"), join(project.folder, "program.mjs"));
}, 60_000);

afterAll(() => project.remove());

describe("the packed package with version 1.9 of OpenTelemetry's API and version 2 of its SDK", () => {
  it("traces and counts a run, with what its agents trace below their attempts, and links it to itself when it goes on", () => {
    const { stdout, stderr, status } = spawnSync(process.execPath, ["program.mjs"], {
      cwd: project.folder,
      encoding: "utf8",
    });
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
    const { spans, links, metrics } = JSON.parse(stdout) as Readonly<
      Record<string, readonly unknown[]>
    >;
    const ofAgent = (name: string) => [
      [`look up ${name}`, `attempt ${name}`],
      [`attempt ${name}`, `invoke_agent ${name}`],
      [`invoke_agent ${name}`, "invoke_workflow team"],
    ];
    expect(spans).toHaveLength(8);
    expect(spans).toEqual(
      expect.arrayContaining([...ofAgent("a"), ...ofAgent("b"), ["invoke_workflow team", null]]),
    );
    expect(links).toEqual(["invoke_workflow team"]);
    expect(metrics).toEqual(
      expect.arrayContaining([
        "gen_ai.invoke_agent.duration",
        "quorate.conflicts",
        "quorate.runs.active",
      ]),
    );
  });
});
