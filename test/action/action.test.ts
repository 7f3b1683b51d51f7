import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { folder } from "../cli/command.ts";
import { faultsIn } from "./github-lint.ts";

const root = resolve(import.meta.dirname, "../..");
const source = readFileSync(join(root, "action.yml"), "utf8");
const run = promisify(execFile);

interface Step {
  readonly name: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const { steps } = (parse(source) as { runs: { steps: readonly Step[] } }).runs;

describe("the action", () => {
  it("is one that GitHub's own language service has nothing against", async () => {
    const lint = (text: string) => faultsIn("action.yml", text);
    expect(await lint(source)).toEqual([]);
    expect(await lint(source.replace("shell: bash", ""))).toEqual([
      "Required property is missing: shell",
    ]);
    expect(await lint(source.replace("!cancelled()", "!cancled()"))).not.toEqual([]);
  });

  it("pins every action that it uses by the hash of a commit, with the version beside it", () => {
    const used = source.split("\n").filter((line) => line.trimStart().startsWith("uses:"));
    expect(used).toHaveLength(2);
    for (const line of used) expect(line).toMatch(/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it("puts nothing that somebody else says into a script: inputs come as variables, and the token to one step alone", () => {
    for (const { run: script = "" } of steps) expect(script).not.toContain("${{");
    expect(steps.filter(({ env }) => JSON.stringify(env ?? {}).includes("token"))).toMatchObject([
      { name: "Comment on the pull request" },
    ]);
    expect(source.replaceAll(/^#.*$/gm, "")).not.toContain("pull_request_target");
  });
});

const TEAM = `
import { agent, supervisor, support, unanimous } from "quorate";
export default supervisor({
  name: "gate",
  agents: {
    ann: agent({
      name: "ann",
      run: (task) => {
        console.log("::add-mask::ship");
        return {
          recommendation: "ship",
          findings: [{ text: "logged\\n::error::x", file: "a.ts", line: 1, severity: "high" }],
        };
      },
    }),
    bob: agent({ name: "bob", run: () => { if (process.env.FAILS) throw new Error("no"); return { recommendation: "ship", findings: [] }; } }),
  },
  required: ["bob"],
  resolve: [unanimous(), support({ atLeast: 1 })],
});
`;

/** A package with a team, in which quorate is installed. */
function aPackage(): string {
  const cwd = folder();
  mkdirSync(join(cwd, "node_modules"));
  symlinkSync(root, join(cwd, "node_modules", "quorate"));
  writeFileSync(join(cwd, "package.json"), '{ "type": "module" }');
  writeFileSync(join(cwd, "team.ts"), TEAM);
  writeFileSync(join(cwd, "output"), "");
  writeFileSync(join(cwd, "summary"), "");
  return cwd;
}

async function firstStep(cwd: string, variables: Readonly<Record<string, string>> = {}) {
  const env = {
    PATH: process.env["PATH"],
    RUNNER_TEMP: cwd,
    GITHUB_ACTIONS: "true",
    GITHUB_OUTPUT: join(cwd, "output"),
    GITHUB_STEP_SUMMARY: join(cwd, "summary"),
    QUORATE_TEAM: "team.ts",
    QUORATE_INPUT: "null",
    QUORATE_TEXT: "",
    QUORATE_ARGS: "",
    QUORATE_ANNOTATE: "true",
    ...variables,
  };
  const script = join(root, "action", "run.mjs");
  const { stdout } = await run(process.execPath, [script], { cwd, env });
  const lines = readFileSync(join(cwd, "output"), "utf8").trim().split("\n");
  const outputs = Object.fromEntries(lines.map((line) => line.split("=") as [string, string]));
  return { stdout, outputs };
}

/** The commands that a runner finds in what a step prints. */
function commandsIn(stdout: string): readonly string[] {
  let resume: string | undefined;
  return stdout.split("\n").flatMap((line) => {
    const text = line.trimStart();
    if (resume !== undefined) {
      if (text === `::${resume}::`) resume = undefined;
      return [];
    }
    if (text.startsWith("::stop-commands::")) {
      resume = text.slice("::stop-commands::".length);
      return [];
    }
    return text.startsWith("::") || text.includes("##[") ? [line] : [];
  });
}

describe("the first step of the action", () => {
  it("runs the team, keeps its reports, adds to the summary, and annotates; nothing else that is printed is a command", async () => {
    const cwd = aPackage();
    const { stdout, outputs } = await firstStep(cwd, { QUORATE_ARGS: "--tag\nbranch=main\n" });
    expect(outputs).toMatchObject({ "exit-code": "0" });
    const { reports = "", sarif = "" } = outputs;
    expect(JSON.parse(readFileSync(sarif, "utf8"))).toMatchObject({ version: "2.1.0" });
    expect(readFileSync(join(reports, "report.md"), "utf8")).toContain("### Quorate: gate");
    expect(readFileSync(join(reports, "report.junit.xml"), "utf8")).toContain("<testsuites");
    expect(JSON.parse(readFileSync(join(reports, "report.json"), "utf8"))).toMatchObject({
      team: { name: "gate" },
    });
    expect(readFileSync(join(cwd, "summary"), "utf8")).toContain("### Quorate: gate");
    expect(stdout).toContain("::add-mask::ship");
    expect(commandsIn(stdout)).toEqual([
      "::error file=a.ts,line=1,title=Quorate%2C reported by ann::logged%0A::error::x",
    ]);
  });

  it("ends well where the run fails, and hands its exit code on", async () => {
    const { outputs } = await firstStep(aPackage(), { FAILS: "yes" });
    expect(outputs).toMatchObject({ "exit-code": "1" });
    expect(readFileSync(join(outputs["reports"] ?? "", "report.md"), "utf8")).toContain("Failed");
  });

  it("takes an argument for what it is, whatever is in it", async () => {
    const cwd = aPackage();
    const { outputs } = await firstStep(cwd, { QUORATE_INPUT: '{"a":"$(touch x); `touch x`"}' });
    expect(outputs).toMatchObject({ "exit-code": "0" });
  });

  it("says what to do where quorate is not installed", async () => {
    const cwd = folder();
    writeFileSync(join(cwd, "output"), "");
    const { stdout, outputs } = await firstStep(cwd);
    expect(stdout).toContain("::error::quorate is not installed here");
    expect(outputs).toEqual({ "exit-code": "2" });
  });
});

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** A service that answers as GitHub's does, with these comments. */
async function github(comments: readonly object[], status = 200) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => (body += String(part)));
    request.on("end", () => {
      asked.push({ method: request.method ?? "", path: request.url ?? "", body });
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(request.method === "GET" ? comments : {}));
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    asked,
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      await new Promise((done) => server.close(done));
    },
  };
}

async function comment(url: string) {
  const cwd = folder();
  writeFileSync(join(cwd, "report.md"), "### Quorate: gate\n");
  writeFileSync(join(cwd, "event.json"), '{"pull_request":{"number":7}}');
  const env = {
    GITHUB_API_URL: url,
    GITHUB_EVENT_PATH: join(cwd, "event.json"),
    GITHUB_REPOSITORY: "octo/repo",
    GITHUB_WORKFLOW: "review",
    GITHUB_JOB: "gate",
    QUORATE_TEAM: "team.ts",
    QUORATE_REPORTS: cwd,
    QUORATE_TOKEN: "secret",
  };
  return run(process.execPath, [join(root, "action", "comment.mjs")], { cwd, env });
}

describe("the comment of the action", () => {
  it("is written where there is none of its own, whatever others have written", async () => {
    await using service = await github([]);
    await comment(service.url);
    const [, posted] = service.asked;
    expect(posted).toMatchObject({ method: "POST", path: "/repos/octo/repo/issues/7/comments" });
    const { body } = JSON.parse(posted?.body ?? "") as { body: string };
    expect(body).toMatch(/^<!-- quorate [0-9a-f]{16} -->\n### Quorate: gate\n$/);

    const [mark = ""] = body.split("\n");
    const others = [
      { id: 1, body: "hello", user: { type: "Bot" } },
      { id: 2, body: `${mark}\nof a person`, user: { type: "User" } },
      { id: 3, body: `hi ${mark}`, user: { type: "Bot" } },
    ];
    await using second = await github(others);
    await comment(second.url);
    expect(second.asked.map(({ method }) => method)).toEqual(["GET", "POST"]);

    await using third = await github([...others, { id: 4, body: mark, user: { type: "Bot" } }]);
    await comment(third.url);
    expect(third.asked[1]).toMatchObject({
      method: "PATCH",
      path: "/repos/octo/repo/issues/comments/4",
    });
  });

  it("warns where it may not be written, and ends well", async () => {
    await using service = await github([], 403);
    const { stdout } = await comment(service.url);
    expect(stdout).toMatch(
      /^::warning::The pull request has no comment: GET .* was answered with 403\./,
    );
  });
});
