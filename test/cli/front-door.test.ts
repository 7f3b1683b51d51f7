import { execFile } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { faultsIn } from "../action/github-lint.ts";
import { folder, MAIN, quorate, team } from "./command.ts";

const root = resolve(import.meta.dirname, "../..");
const node = promisify(execFile);

/** No coding agent, no key and no login but those that a test brings. */
const alone = (cwd: string, more: Readonly<Record<string, string>> = {}) => ({
  PATH: join(cwd, "bin"),
  HOME: cwd,
  USERPROFILE: cwd,
  ...Object.fromEntries(
    [
      "ANTHROPIC_API_KEY",
      "CLAUDE_CODE_OAUTH_TOKEN",
      "OPENAI_API_KEY",
      "GEMINI_API_KEY",
      "CODEX_API_KEY",
    ].map((key) => [key, ""]),
  ),
  npm_config_user_agent: "",
  ...more,
});

/** A folder in which quorate is installed, and execa where a coding agent is to be started. */
function place(...packages: readonly string[]): string {
  const cwd = folder();
  mkdirSync(join(cwd, "node_modules"));
  symlinkSync(root, join(cwd, "node_modules", "quorate"));
  for (const name of packages) {
    symlinkSync(join(root, "node_modules", name), join(cwd, "node_modules", name));
  }
  return cwd;
}

function program(cwd: string, name: string, script: string = "exit 1"): void {
  mkdirSync(join(cwd, "bin"), { recursive: true });
  writeFileSync(join(cwd, "bin", name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(cwd, "bin", name), 0o755);
}

describe("quorate init", () => {
  it.each([
    ["gate", 4, "Does not pass"],
    ["review", 4, "src/login.ts:10"],
    ["council", 0, "`no`: decided"],
    ["panel", 0, "`bug`: unanimous"],
  ] as const)(
    "writes a team that runs as it stands, and a test of it that passes: %s",
    async (template, code, said) => {
      const cwd = place();
      const init = await quorate(["init", "--template", template, "--yes"], cwd, "", alone(cwd));
      expect(init).toMatchObject({ code: 0, stderr: "" });
      const command = /^ {2}quorate (run .*)$/m.exec(init.stdout)?.[1] ?? "";
      const args = [...command.matchAll(/"([^"]*)"|(\S+?)(?:="([^"]*)")?(?=\s|$)/g)].map(
        ([, whole, word = "", quoted]) =>
          whole ?? (quoted === undefined ? word : `${word}=${quoted}`),
      );
      const report = ["--report", "md=report.md"];
      const run = await quorate([...args, ...report], cwd, "", alone(cwd));
      expect(run).toMatchObject({ code, stderr: "" });
      expect(readFileSync(join(cwd, "report.md"), "utf8")).toContain(said);
      await node(process.execPath, ["--test", `${template}.test.ts`], { cwd });
      const manifest: unknown = JSON.parse(readFileSync(join(cwd, "package.json"), "utf8"));
      expect(manifest).toMatchObject({
        type: "module",
        scripts: { [template]: expect.stringMatching(/^quorate run /) },
        dependencies: { quorate: expect.stringMatching(/^\^\d/) },
      });
    },
  );

  it("compiles, also where it asks a coding agent that is installed", async () => {
    for (const template of ["gate", "review", "council", "panel"]) {
      const cwd = place("execa");
      program(cwd, "codex");
      const variables = alone(cwd, { CODEX_API_KEY: "a key of nobody" });
      const { stdout } = await quorate(["init", "--template", template], cwd, "", variables);
      expect(stdout).toContain("coding agents: codex; the team asks codex");
      expect(stdout).not.toContain("a key of nobody");
      expect(readFileSync(join(cwd, `${template}.ts`), "utf8")).toContain(
        "const reviewer = codex({",
      );
      const position = /position: \/(.*?)\/i\.test/.exec(
        readFileSync(join(cwd, `${template}.ts`), "utf8"),
      );
      expect(
        ["ship", "No.", "Bug"].some((word) => new RegExp(position?.[1] ?? word, "i").test(word)),
        `what ${template} reads of its answer`,
      ).toBe(true);
      const options = {
        extends: join(root, "tsconfig.json"),
        compilerOptions: { typeRoots: [join(root, "node_modules/@types")], rootDir: "/" },
        include: [`${template}.ts`, `${template}.test.ts`],
      };
      writeFileSync(join(cwd, "tsconfig.json"), JSON.stringify(options));
      await node(join(root, "node_modules/.bin/tsc"), ["-p", cwd]);
    }
  });

  it("shows how an installed agent that speaks ACP becomes a member, and that works as it is shown", async () => {
    const cwd = place("execa", "@agentclientprotocol", "zod");
    writeFileSync(
      join(cwd, "goose.cjs"),
      `const send = (message) => console.log(JSON.stringify({ jsonrpc: "2.0", ...message }));
      const say = (text) => send({ method: "session/update", params: { sessionId: "1", update: {
        sessionUpdate: "agent_message_chunk", content: { type: "text", text } } } });
      const answers = {
        initialize: () => ({ protocolVersion: process.argv[2] === "acp" ? 1 : 0 }),
        "session/new": () => ({ sessionId: "1" }),
        "session/prompt": () => (say("Hold."), { stopReason: "end_turn" }),
      };
      require("node:readline").createInterface(process.stdin).on("line", (line) => {
        const { id, method } = JSON.parse(line);
        if (method in answers) send({ id, result: answers[method]() });
      });`,
    );
    program(cwd, "goose", `exec ${process.execPath} ${cwd}/goose.cjs "$@"`);
    const variables = alone(cwd);
    const { stdout } = await quorate(["init", "--yes"], cwd, "", variables);
    expect(stdout).toContain("coding agents: goose (by ACP)\n");
    const file = join(cwd, "gate.ts");
    const shown = readFileSync(file, "utf8");
    expect(shown).toContain("// goose is installed, and can be one of them by ACP.");
    const [, comment = ""] = /^\/\/ goose is installed.*\n((?:\/\/.*\n)+)/m.exec(shown) ?? [];
    const code = comment.replaceAll(/^\/\/ ?/gm, "");
    writeFileSync(
      file,
      shown.replace(comment, code).replace("secrets, size }", "secrets, size, reviewer }"),
    );
    const run = ["run", "gate.ts", "--set", "diff=+ a line", "--json"];
    const outcome = JSON.parse((await quorate(run, cwd, "", variables)).stdout) as {
      readonly results: Readonly<Record<string, unknown>>;
      readonly passed: boolean;
    };
    expect(outcome.results["reviewer"]).toMatchObject({ status: "ok", output: "Hold." });
    expect(outcome.passed).toBe(false);
    const doctor = await quorate(["doctor"], cwd, "", variables);
    expect(doctor.stdout.replaceAll(/\s+/g, " ")).toContain(
      'bin/goose, by acpAgent({ command: "goose", args: ["acp"] }) of quorate/acp; its login is not checked',
    );
  });

  it("hears what the coding agent of a review finds, and asks again for what is no finding", async () => {
    const cwd = place("execa");
    const finding = { text: "The session is printed", file: "src/login.ts", line: 9 };
    const answer = (text: string) =>
      JSON.stringify({ type: "item.completed", item: { type: "agent_message", text } });
    const found = { findings: [{ ...finding, severity: "high" }] };
    const done = JSON.stringify({ type: "turn.completed", usage: {} });
    writeFileSync(join(cwd, "no.jsonl"), `${answer('{"findings":["a bug"]}')}\n${done}\n`);
    writeFileSync(join(cwd, "yes.jsonl"), `${answer(JSON.stringify(found))}\n${done}\n`);
    program(
      cwd,
      "codex",
      `/bin/cat > /dev/null
if [ -e ${cwd}/asked ]; then /bin/cat ${cwd}/yes.jsonl; else : > ${cwd}/asked; /bin/cat ${cwd}/no.jsonl; fi`,
    );
    const variables = alone(cwd, { CODEX_API_KEY: "x" });
    await quorate(["init", "--template", "review"], cwd, "", variables);
    const args = [
      "run",
      "review.ts",
      "--set",
      "diff=@example.diff",
      "--report",
      "json=report.json",
    ];
    const { code } = await quorate(args, cwd, "", variables);
    expect(code).toBe(4);
    const report = readFileSync(join(cwd, "report.json"), "utf8");
    expect(report).toContain("The session is printed");
    const outcome = await quorate(["show", "latest", "--json"], cwd, "", variables);
    expect(outcome.stdout).toContain("The session is printed");
  });

  it("writes a workflow that installs the coding agent and hands it its key by name", async () => {
    const cwd = place("execa");
    program(cwd, "codex");
    const variables = alone(cwd, { OPENAI_API_KEY: "a key of nobody" });
    await quorate(["init", "--yes"], cwd, "", variables);
    const manifest: unknown = JSON.parse(readFileSync(join(cwd, "package.json"), "utf8"));
    // Without it nothing would start the program where only what is listed is installed.
    expect(manifest).toMatchObject({ dependencies: { execa: expect.stringMatching(/^\^\d/) } });
    const workflow = readFileSync(join(cwd, ".github/workflows/quorate.yml"), "utf8");
    expect(await faultsIn(".github/workflows/quorate.yml", workflow)).toEqual([]);
    expect(parse(workflow)).toMatchObject({
      jobs: {
        gate: {
          steps: expect.arrayContaining([
            { run: "npm install --global @openai/codex" },
            expect.objectContaining({
              uses: "./node_modules/quorate",
              env: { OPENAI_API_KEY: "${{ secrets.OPENAI_API_KEY }}" },
            }),
          ]) as unknown,
        },
      },
    });
  });

  it("has claude ask as its user is logged in where there is no key", async () => {
    const cwd = place("execa");
    program(cwd, "claude");
    const variables = alone(cwd, { CLAUDE_CODE_OAUTH_TOKEN: "x" });
    await quorate(["init", "--yes"], cwd, "", variables);
    expect(readFileSync(join(cwd, "gate.ts"), "utf8")).toContain('login: "account"');
  });

  it.each([
    ["gate", "diff"],
    ["review", "diff"],
    ["council", "question"],
    ["panel", "ticket"],
  ])(
    "writes a team that refuses what is no task of it in one sentence: %s",
    async (template, member) => {
      const cwd = place();
      await quorate(["init", "--template", template], cwd, "", alone(cwd));
      for (const task of [
        ["--text", "-"],
        ["--input", "5"],
        ["--input", "null"],
      ]) {
        const { code, stderr } = await quorate(
          ["run", `${template}.ts`, ...task],
          cwd,
          "x",
          alone(cwd),
        );
        expect(code).not.toBe(0);
        const sentence = stderr.replaceAll(/\s+/g, " ");
        expect(sentence).toContain(`the task has no ${member}; give it with --set ${member}=`);
        expect(sentence).not.toContain("TypeError");
      }
    },
  );

  // What a panel saves by not asking is not known: nobody knows what those would have taken.
  it("writes functions that are free: the bill of its first run is known", async () => {
    for (const template of ["gate", "review", "council"]) {
      const cwd = place();
      await quorate(["init", "--template", template], cwd, "", alone(cwd));
      const task = ["--set", "diff=+a", "--set", "question=why"];
      const run = await quorate(["run", `${template}.ts`, ...task, "--json"], cwd, "", alone(cwd));
      expect(run.stdout).toContain('"usdMicros": 0');
      expect(run.stdout).not.toContain('"unknown"');
    }
  });

  it("keeps the database of runs out of commits where there is a .gitignore, and says so where there is none", async () => {
    const cwd = place();
    const bare = await quorate(["init", "--yes"], cwd, "", alone(cwd));
    expect(bare.stdout).toContain("no .gitignore here: keep quorate.db*");
    expect(existsSync(join(cwd, ".gitignore"))).toBe(false);
    writeFileSync(join(cwd, ".gitignore"), "node_modules/");
    await quorate(["init", "--yes"], cwd, "", alone(cwd));
    await quorate(["init", "--yes"], cwd, "", alone(cwd));
    expect(readFileSync(join(cwd, ".gitignore"), "utf8")).toBe("node_modules/\nquorate.db*\n");
  });

  it("leaves a coding agent that nobody is logged in to as a comment: it would fail in every run", async () => {
    const cwd = place("execa");
    program(cwd, "claude");
    const { stdout } = await quorate(["init", "--yes"], cwd, "", alone(cwd));
    expect(stdout).toContain("coding agents: claude\n");
    expect(readFileSync(join(cwd, "gate.ts"), "utf8")).toContain("// const reviewer = claude({");
  });

  it("overwrites nothing: what is there is kept, and package.json only gets what it lacks", async () => {
    const cwd = place();
    const manifest = { name: "mine", type: "commonjs", scripts: { gate: "echo", test: "x" } };
    writeFileSync(join(cwd, "package.json"), JSON.stringify(manifest, undefined, "\t"));
    writeFileSync(join(cwd, "gate.mts"), "mine");
    writeFileSync(join(cwd, "yarn.lock"), "");
    const { stdout } = await quorate(["init", "--yes"], cwd, "", alone(cwd));
    expect(stdout).toContain("kept   gate.mts, which is there already");
    expect(stdout).toContain(", yarn\n");
    expect(readFileSync(join(cwd, "gate.mts"), "utf8")).toBe("mine");
    const text = readFileSync(join(cwd, "package.json"), "utf8");
    expect(JSON.parse(text)).toEqual({
      ...manifest,
      dependencies: { quorate: expect.any(String) as string },
    });
    expect(text).toContain('\n\t"name"');
    const again = await quorate(["init", "--yes"], cwd, "", alone(cwd));
    expect(again.stdout).not.toContain("wrote");
    expect(readFileSync(join(cwd, "package.json"), "utf8")).toBe(text);
  });

  it("writes a workflow that GitHub's own language service has nothing against, with no more permissions than it needs", async () => {
    for (const lockfile of ["package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock"]) {
      const cwd = place();
      writeFileSync(join(cwd, lockfile), "");
      await quorate(["init", "--yes"], cwd, "", alone(cwd));
      const workflow = readFileSync(join(cwd, ".github/workflows/quorate.yml"), "utf8");
      expect(await faultsIn(".github/workflows/quorate.yml", workflow)).toEqual([]);
      expect(workflow).toContain("permissions:\n  contents: read\njobs:");
      expect(workflow).not.toContain("pull_request_target");
    }
  });

  it("says what is wrong in one sentence, and writes nothing then", async () => {
    const cwd = place();
    writeFileSync(join(cwd, "package.json"), "{");
    const { code, stderr } = await quorate(["init", "--yes"], cwd, "", alone(cwd));
    expect(code).toBe(2);
    expect(stderr).toContain("package.json cannot be read");
    expect(readdirSync(cwd).toSorted()).toEqual(["node_modules", "package.json"]);
  });
});

describe("quorate doctor", () => {
  it("tells what is there and what is missing, and never what a key is", async () => {
    const cwd = place("execa");
    program(cwd, "claude");
    program(cwd, "codex");
    const variables = alone(cwd, { ANTHROPIC_API_KEY: "sk-secret" });
    const { code, stdout } = await quorate(["doctor", team("scripted")], cwd, "", variables);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ok +Node: v\d+/m);
    expect(stdout).toMatch(/^optional +ai: npm install ai/m);
    expect(stdout).toMatch(/^ok +execa: \d+/m);
    const words = stdout.replaceAll(/\s+/g, " ");
    expect(words).toContain(
      "for programs and coding agents, quorate/command, quorate/acp, quorate/mcp",
    );
    expect(words).toContain("optional @modelcontextprotocol/client: npm install");
    expect(words).toContain("optional others that speak ACP: found none of claude-agent-acp,");
    expect(words).toMatch(/ ok claude: [^,]*, by ANTHROPIC_API_KEY optional /);
    expect(words).toMatch(/ optional codex: [^;]*; no login found: /);
    expect(words).toContain(" ok keys: ANTHROPIC_API_KEY ");
    expect(words).toContain(" ok quorate.db: is not there yet");
    expect(words).toContain("scripted, with security, performance, style");
    expect(stdout).not.toContain("sk-secret");
    expect(existsSync(join(cwd, "quorate.db"))).toBe(false);
  });

  it("fails where a command would: a database that is none, a team that cannot be loaded", async () => {
    const cwd = folder();
    writeFileSync(join(cwd, "no.db"), "no database, and long enough to be looked at as one");
    writeFileSync(join(cwd, "broken.ts"), "export default (;");
    const args = ["doctor", "broken.ts", "--db", "no.db", "--json"];
    const { code, stdout } = await quorate(args, cwd, "", alone(cwd));
    expect(code).toBe(1);
    const wrong = (JSON.parse(stdout) as { about: string; health: string }[]).filter(
      ({ health }) => health === "wrong",
    );
    expect(wrong.map(({ about }) => about)).toEqual(["database", "team"]);
  });

  it("says which optional package is of a version that does not fit, and fails", async () => {
    const cwd = place();
    mkdirSync(join(cwd, "node_modules", "ai"));
    writeFileSync(join(cwd, "node_modules", "ai", "package.json"), '{ "version": "5.0.12" }');
    const { code, stdout } = await quorate(["doctor"], cwd, "", alone(cwd));
    expect(code).toBe(1);
    expect(stdout).toMatch(/^wrong +ai: 5\.0\.12 does not fit; npm install ai@7, for /m);
  });

  it("counts the runs of a database, and those that are interrupted", async () => {
    const cwd = folder();
    await quorate(["run", team("echo"), "--input", "null"], cwd);
    const { stdout } = await quorate(["doctor"], cwd, "", alone(cwd));
    expect(stdout).toMatch(/^ok +quorate\.db: 1 run, 0 interrupted$/m);
  });
});

describe("quorate completion", () => {
  it.each(["zsh", "bash", "fish", "powershell"])("prints a script for %s", async (shell) => {
    const { stdout, code } = await quorate(["completion", shell], folder());
    expect(code).toBe(0);
    expect(stdout).toContain("quorate");
    expect(stdout.split("\n").length).toBeGreaterThan(20);
  });

  it("completes commands, flags and their words", async () => {
    const asked = async (...args: string[]) =>
      (await quorate(["complete", "--", ...args], folder())).stdout;
    expect(await asked("re")).toMatch(/^resume\t.*\nretry\t.*\nreport\t/);
    expect(await asked("run", "--")).toMatch(/^--report\t/m);
    expect(await asked("report", "latest", "--format", "")).toContain("sarif");
  });

  it.runIf(process.platform !== "win32")(
    "completes in a bash without the package bash-completion",
    async () => {
      const cwd = folder();
      const { stdout } = await quorate(["completion", "bash"], cwd);
      writeFileSync(join(cwd, "script.bash"), stdout);
      const line = `quorate() { "${process.execPath}" "${MAIN}" "$@"; }; compopt() { :; }
      source script.bash
      COMP_WORDS=(quorate run --rep) COMP_CWORD=2
      __quorate_complete
      echo "\${COMPREPLY[@]}"`;
      const shell = await node("bash", ["--norc", "--noprofile", "-c", line], { cwd });
      expect(shell).toMatchObject({ stdout: "--report\n", stderr: "" });
    },
  );

  it("says which shells there are", async () => {
    const { stderr, code } = await quorate(["completion", "tcsh"], folder());
    expect(code).toBe(2);
    expect(stderr).toContain("Allowed choices are zsh, bash, fish, powershell");
  });
});
