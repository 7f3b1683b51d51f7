import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, posix, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packedProject, type PackedProject } from "./packed-project.ts";

const root = resolve(import.meta.dirname, "../..");

const { version, dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
};

let installed: PackedProject;
let project = "";
let packed: readonly string[] = [];

beforeAll(() => {
  installed = packedProject();
  ({ folder: project, packed } = installed);
});

afterAll(() => installed.remove());

function node(...args: readonly string[]): string {
  return execFileSync(process.execPath, args, { cwd: project, encoding: "utf8" });
}

const PROGRAM = `
  import { agent, supervisor } from "quorate";
  const lawyer = agent({ name: "lawyer", run: async (task: string) => ({ recommendation: "hold", task }) });
  const trader = agent({ name: "trader", run: async (task: string) => ({ recommendation: "hold", task }) });
  const desk = supervisor({ name: "desk", agents: { lawyer, trader } });
  const outcome = await desk.run("sell?");
  const said: string | null = outcome.results.lawyer.status === "ok" ? outcome.results.lawyer.output.recommendation : null;
  console.log(outcome.status, said, outcome.verdicts[0]?.winner);
`;

describe("the packed package", () => {
  it("holds the build and its papers, and nothing else", () => {
    const others = packed.filter((path) => !path.startsWith("dist/"));
    expect(others.toSorted()).toEqual(
      expect.arrayContaining([
        "CHANGELOG.md",
        "LICENSE",
        "action.yml",
        "action/comment.mjs",
        "action/run.mjs",
        "package.json",
      ]),
    );
    expect(
      others.every((path) =>
        /^(action|CHANGELOG|LICENSE|README|THIRD-PARTY-NOTICES|package|docs\/(?:guides\/)?[a-z0-9-]+\.md$|docs\/pictures\/[a-z-]+\.svg$|docs\/pictures\/(?:run-1440-(?:light|findings)|served-runs-1440-light)\.png$|skills\/quorate\/SKILL\.md$)/.test(
          path,
        ),
      ),
    ).toBe(true);
    expect(packed.filter((path) => /\.(test|tsbuildinfo)\b|(?<!\.d)\.ts$/.test(path))).toEqual([]);
    const maps = packed.filter((path) => path.endsWith(".map"));
    expect(maps).toContain("dist/chunks/core.js.map");
    expect(maps.filter((path) => !packed.includes(path.replace(/\.map$/, "")))).toEqual([]);
  });

  it("holds every page and picture that its pages lead to", () => {
    const pages = packed.filter((path) => path.endsWith(".md"));
    const links = pages.flatMap((page) => {
      const text = readFileSync(join(project, "node_modules/quorate", page), "utf8");
      const prose = text.replaceAll(/^(```+)[^]*?^\1/gm, "");
      const found = prose.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"/g);
      return Array.from(found, ([, link, attribute = ""]) => ({ page, link: link ?? attribute }));
    });
    const within = links.filter(({ link }) => !/^(?:[a-z]+:|#)/.test(link));
    const dead = within.filter(
      ({ page, link }) =>
        !packed.includes(posix.join(posix.dirname(page), link.replace(/#.*/, ""))),
    );
    expect(dead).toEqual([]);
    expect(within.length).toBeGreaterThan(200);
    expect(within).toContainEqual({ page: "README.md", link: "docs/pictures/terminal-gate.svg" });
  });

  it("coordinates agents in a project that has no other package", () => {
    writeFileSync(join(project, "program.ts"), PROGRAM);
    expect(node("program.ts")).toBe("complete hold hold\n");
  });

  it("makes the page of a run there", () => {
    writeFileSync(
      join(project, "page.mjs"),
      `import { htmlPage } from "quorate/report";
       const event = { type: "run.started", runId: "r", seq: 1, atMs: 0, supervisor: { name: "desk" }, input: 1 };
       const page = htmlPage([event]);
       console.log(page.includes("<title>desk · r · Quorate</title>"), page.includes('id="licences"'));`,
    );
    expect(node("page.mjs")).toBe("true true\n");
  });

  it("says in one sentence what to install where an adapter is without its package, and makes no second attempt", () => {
    const program = `
      import { supervisor } from "quorate";
      import { a2aAgent } from "quorate/a2a";
      import { acpAgent } from "quorate/acp";
      import { modelAgent } from "quorate/ai-sdk";
      import { commandAgent } from "quorate/command";
      import { mcpAgent } from "quorate/mcp";
      const card = {
        name: "far",
        supportedInterfaces: [{ url: "https://agents.example", protocolBinding: "JSONRPC", protocolVersion: "1.0" }],
      };
      const agents = {
        model: modelAgent({ name: "model", model: { modelId: "m", doGenerate() {} } }),
        program: commandAgent({ name: "program", command: "true" }),
        speaker: acpAgent({ name: "speaker", command: "true" }),
        tool: mcpAgent({ name: "tool", server: { command: "true" }, tool: "tool" }),
        peer: a2aAgent({ name: "peer", card }),
      };
      const { results } = await supervisor({ name: "team", agents }).run("?");
      for (const { attempts, error } of Object.values(results)) console.log(attempts, error.message);
    `;
    expect(node("--input-type=module", "--eval", program).split("\n")).toEqual([
      '1 quorate/ai-sdk needs the package "ai", which cannot be loaded; install it: npm install ai@7',
      "1 program needs the package execa to start programs; install it with npm install execa",
      "1 speaker needs the package @agentclientprotocol/sdk; install it with npm install @agentclientprotocol/sdk zod",
      "1 quorate/mcp needs the package @modelcontextprotocol/client, which cannot be loaded; install it: npm install @modelcontextprotocol/client",
      "1 quorate/a2a needs the package @a2a-js/sdk, which cannot be loaded; install it: npm install @a2a-js/sdk",
      "",
    ]);
  });

  it("says in one sentence what to install where prices are asked for without the price package", () => {
    const program = `
      import { pricesOf } from "quorate/prices";
      await pricesOf(["gpt-5-mini"]).catch(({ code, message }) => console.log(code, message));
    `;
    expect(node("--input-type=module", "--eval", program)).toBe(
      'BAD_OPTIONS quorate/prices needs the package "@pydantic/genai-prices", which cannot be loaded; install it: npm install @pydantic/genai-prices\n',
    );
  });

  it("answers MCP and A2A clients with 501 and what to install where a server has nothing to speak with", () => {
    installed.link("hono", "ajv");
    const program = `
      import { agent, memory, supervisor } from "quorate";
      import { server } from "quorate/server";
      const one = agent({ name: "one", run: () => "ship" });
      const team = supervisor({ name: "team", agents: { one }, backend: memory() });
      const { fetch, token, close } = await server({ teams: [team] });
      const headers = { authorization: "Bearer " + token, "content-type": "application/json", host: "127.0.0.1" };
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list", params: {} });
      for (const path of ["mcp", "a2a"]) {
        const answer = await fetch(new Request("http://127.0.0.1/" + path, { method: "POST", headers, body }));
        console.log(answer.status, JSON.stringify((await answer.json()).error));
      }
      await close();
    `;
    expect(node("--input-type=module", "--eval", program).split("\n")).toEqual([
      '501 {"code":-32000,"message":"teams as MCP tools need the package @modelcontextprotocol/server, which cannot be loaded; install it: npm install @modelcontextprotocol/server","data":{"code":"NOT_INSTALLED"}}',
      '501 {"code":"NOT_INSTALLED","message":"This server does not speak A2A, which needs the package @a2a-js/sdk; install it: npm install @a2a-js/sdk"}',
      "",
    ]);
  });

  it("offers its other entries and its command once its dependencies are there", () => {
    installed.link(...Object.keys(dependencies));
    const entries = ["quorate/sqlite", "quorate/testing", "quorate/cli", "quorate/ai-sdk"];
    const load = entries.map((entry) => `await import("${entry}");`).join(" ");
    expect(node("--input-type=module", "--eval", `${load} console.log("loaded")`)).toBe("loaded\n");
    expect(node("node_modules/quorate/dist/cli/main.js", "--version").trim()).toBe(version);
  });

  it("says at once, and not when somebody first asks, that PostgreSQL needs a package that is not there", () => {
    writeFileSync(join(project, "program.mts"), `${PROGRAM}\nexport default desk;\n`);
    for (const args of [["mcp", "program.mts"], ["worker", "program.mts"], ["runs"]]) {
      const command = ["node_modules/quorate/dist/cli/main.js", ...args];
      const address = ["--db", "postgres://quorate@127.0.0.1:1/quorate"];
      const { status, stderr } = spawnSync(process.execPath, [...command, ...address], {
        cwd: project,
        encoding: "utf8",
        input: "",
      });
      expect(stderr.trimEnd().split("\n").at(-1)).toBe(
        'quorate: quorate/postgres needs the package "pg", which cannot be loaded; install it: npm install pg',
      );
      expect(status).toBe(2);
    }
  });

  it("has types that need no types of Node's where a browser's are there, but for SQLite's own", () => {
    const names = [
      "quorate",
      ...["learning", "report", "ports", "similar", "testing"].map((one) => `quorate/${one}`),
    ];
    const imports = names.map((name, index) => `export * as all${index} from "${name}";`);
    writeFileSync(
      join(project, "program.ts"),
      `${PROGRAM.replace(/console.*/, "")}\nexport { said };`,
    );
    writeFileSync(join(project, "entries.ts"), imports.join("\n"));
    const compilerOptions = {
      module: "nodenext",
      target: "es2024",
      lib: ["es2024", "esnext.disposable", "dom"],
      types: [],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
    };
    const files = ["program.ts", "entries.ts"];
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const { stdout } = spawnSync(process.execPath, [tsc, "-p", "."], {
      cwd: project,
      encoding: "utf8",
    });
    expect(stdout).toBe("");
    rmSync(join(project, "entries.ts"));
  });

  it("has types that hold in a strict project that looks into them", () => {
    installed.link("@types/node", "undici-types");
    const compilerOptions = {
      module: "nodenext",
      target: "es2024",
      lib: ["es2024", "esnext.disposable"],
      types: ["node"],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
    };
    const wrong = 'import { agent } from "quorate";\nagent({ name: 1, run: async () => 1 });\n';
    writeFileSync(join(project, "program.ts"), PROGRAM);
    writeFileSync(join(project, "wrong.ts"), wrong);
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions }));
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const { stdout } = spawnSync(process.execPath, [tsc, "-p", "."], {
      cwd: project,
      encoding: "utf8",
    });
    const errors = stdout.split("\n").filter((line) => line.includes("error TS"));
    expect(errors).toEqual([expect.stringMatching(/^wrong\.ts\(2,9\): error TS2322/)]);
  });
});
