import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { gate, serve, TOKEN as SERVED } from "../../server/served.ts";
import { withFixtures } from "./fixtures.ts";

const root = resolve(import.meta.dirname, "../../..");
const TOKEN = "t".repeat(40);

/** What passes of the kit needs nothing of its own: the rest asks for its fixture tools, which a team is none of. */
const FREE = [
  "tools-list",
  "resources-list",
  "server-sse-multiple-streams",
  "sep-2164-resource-not-found",
  "dns-rebinding-protection",
  "http-header-validation",
  "input-required-result-unsupported-methods",
  "input-required-result-validate-input",
];

it("quorate serve keeps to what the conformance kit asks of 2026-07-28, but for what needs its fixtures", async () => {
  const main = join(root, "dist/cli/main.js");
  const team = join(root, "test/cli/teams/echo.ts");
  await using folder = scratch();
  const server = spawn(process.execPath, [main, "serve", team, "--port", "0"], {
    cwd: folder.path,
    env: { ...process.env, QUORATE_TOKEN: TOKEN },
  });
  try {
    const welcome = await said(server, "sign in");
    const port = Number(/serving \S+ at http:\/\/[^:]+:(\d+)/.exec(welcome)?.[1]);
    const { code, told } = await kit(port, TOKEN, "without-fixtures.yaml");
    for (const scenario of FREE) {
      expect(told).toMatch(new RegExp(`✓ ${scenario}: \\d+ passed, 0 failed`));
    }
    expect({ code, told: code === 0 ? "" : told }).toEqual({ code: 0, told: "" });
  } finally {
    server.kill("SIGTERM");
    await new Promise((done) => (server.exitCode === null ? server.once("close", done) : done(0)));
  }
});

it("the server keeps to all that the kit asks of 2026-07-28, with the kit's fixtures in it, but for what the baseline names", async () => {
  using _fixtures = withFixtures();
  await using served = await serve({ teams: [gate().team] });
  const { code, told } = await kit(Number(new URL(served.at).port), SERVED, "with-fixtures.yaml");
  // What is streamed has HTTP 200, also where it turns out that a client cannot be asked: which our own tools find out first.
  expect(told).toMatch(/✗ server-stateless: \d+ passed, 1 failed/);
  expect({ code, told: code === 0 ? "" : told }).toEqual({ code: 0, told: "" });
});

/** What the kit says of a server, and whether only that failed which the baseline names; one that passes and is named there fails, too. */
async function kit(
  port: number,
  token: string,
  baseline: string,
): Promise<{ readonly code: number | null; readonly told: string }> {
  await using folder = scratch();
  const proxy = createServer();
  try {
    // The kit sends no token.
    proxy.on("request", (from, to) => {
      const headers = { ...from.headers, authorization: `Bearer ${token}` };
      const { method, url: path } = from;
      const asked = request({ host: "127.0.0.1", port, method, path, headers }, (answer) => {
        to.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(to);
      });
      asked.on("error", () => to.destroy());
      to.on("close", () => asked.destroy());
      from.pipe(asked);
    });
    await new Promise<void>((done) => proxy.listen(0, "127.0.0.1", done));
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/mcp`;
    const program = join(import.meta.dirname, "node_modules/.bin/conformance");
    const expected = join(import.meta.dirname, baseline);
    const args = ["server", "--url", url, "--requirements", "2026-07-28"];
    const more = ["--expected-failures", expected, "--output-dir", join(folder.path, "results")];
    const child = spawn(program, [...args, ...more], { cwd: folder.path });
    return { told: await said(child), code: child.exitCode };
  } finally {
    proxy.closeAllConnections();
    await new Promise((done) => proxy.close(done));
  }
}

function scratch(): AsyncDisposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "quorate-mcp-"));
  return {
    path,
    [Symbol.asyncDispose]: async () => rmSync(path, { recursive: true, force: true }),
  };
}

/** What a program has printed when it prints something, or when it has ended. */
function said(child: ChildProcess, until?: string): Promise<string> {
  let all = "";
  return new Promise((done, fail) => {
    const look = (part: unknown): void => {
      all += String(part);
      if (until !== undefined && all.includes(until)) done(all);
    };
    child.stdout?.on("data", look);
    child.stderr?.on("data", look);
    child.on("error", fail);
    child.on("close", () => done(all));
  });
}
