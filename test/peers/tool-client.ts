import { spawn } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { scriptedModel } from "../model-server/scripted-model.ts";
import type { RealAgent } from "./coding-agent.ts";

const root = resolve(import.meta.dirname, "../..");

const TEAM = `import { agent, supervisor } from "quorate";
console.log("what a team prints");
export default supervisor({
  name: "gate",
  agents: { rules: agent({ name: "rules", run: (task) => ({ recommendation: String(task).includes("eval") ? "hold" : "ship" }) }) },
});
`;

/** A coding agent that asks a team, as its user would have it do so. */
export interface ToolClient {
  readonly real: RealAgent;
  /** The line of docs/coding-agents.md that tells it of the team. */
  readonly line: string;
  /** What the model calls the team's tool. */
  readonly tool: string;
  /** How it is asked something without a person beside it. */
  readonly asks: (prompt: string) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Tries that a real coding agent, told of a team as the page says, hands its model the team as a tool, and calls it. */
export function tryToolClient({ real, line, tool, asks, env: more = {} }: ToolClient): void {
  it(`${real.name} calls a team as a tool, by the line that the page has`, async () => {
    expect(readFileSync(join(root, "docs/coding-agents.md"), "utf8")).toContain(line);
    const home = mkdtempSync(join(tmpdir(), "peer-"));
    try {
      await using model = await scriptedModel();
      const project = join(home, "project");
      mkdirSync(join(project, "node_modules/.bin"), { recursive: true });
      symlinkSync(root, join(project, "node_modules/quorate"));
      const main = join(root, "dist/cli/main.js");
      chmodSync(main, 0o755);
      symlinkSync(main, join(project, "node_modules/.bin/quorate"));
      writeFileSync(join(project, "package.json"), '{"type":"module"}');
      writeFileSync(join(project, "team.ts"), TEAM);
      const given = real.given(home, model.url);
      const bin = join(import.meta.dirname, real.name, "node_modules/.bin");
      const env = {
        PATH: `${bin}:${process.env["PATH"] ?? ""}`,
        HOME: home,
        ...given.env,
        ...more,
      };
      await run("sh", ["-c", line], project, env);
      model.follow(
        { does: "calls", tool, input: { task: "eval(x)" } },
        { does: "says", text: "It is to be held." },
      );
      const args = [...(given.args ?? []), ...asks("May this be shipped?")];
      const said = await run(join(bin, real.name), args, project, env);
      // The model was offered the tool, and told the verdict.
      expect(said).toContain("It is to be held.");
      const told = JSON.stringify(model.bodies.at(-1));
      expect(told).toContain("hold");
      expect(told).toMatch(/unopposed|decided/);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });
}

/** Runs a program to its end, and gives all that it printed. */
function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (part: string) => (said += part));
  }
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) =>
      code === 0 ? done(said) : fail(new Error(`${command} ended with ${code}: ${said}`)),
    );
  });
}
