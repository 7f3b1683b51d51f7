import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";

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
  const folder = mkdtempSync(join(tmpdir(), "quorate-mcp-"));
  const main = join(root, "dist/cli/main.js");
  const team = join(root, "test/cli/teams/echo.ts");
  const server = spawn(process.execPath, [main, "serve", team, "--port", "0"], {
    cwd: folder,
    env: { ...process.env, QUORATE_TOKEN: TOKEN },
  });
  const proxy = createServer();
  try {
    const port = Number(
      /serving \S+ at http:\/\/[^:]+:(\d+)/.exec(await said(server, "sign in"))?.[1],
    );
    // The kit sends no token.
    proxy.on("request", (from, to) => {
      const headers = { ...from.headers, authorization: `Bearer ${TOKEN}` };
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
    const kit = spawn(
      join(import.meta.dirname, "node_modules/.bin/conformance"),
      [
        "server",
        "--url",
        url,
        "--requirements",
        "2026-07-28",
        "--expected-failures",
        join(import.meta.dirname, "expected-failures.yaml"),
        "--output-dir",
        join(folder, "results"),
      ],
      { cwd: folder },
    );
    const told = await said(kit);
    for (const scenario of FREE)
      expect(told).toMatch(new RegExp(`✓ ${scenario}: \\d+ passed, 0 failed`));
    expect({ code: kit.exitCode, told: kit.exitCode === 0 ? "" : told }).toEqual({
      code: 0,
      told: "",
    });
  } finally {
    proxy.closeAllConnections();
    await new Promise((done) => proxy.close(done));
    server.kill("SIGTERM");
    await new Promise((done) => (server.exitCode === null ? server.once("close", done) : done(0)));
    rmSync(folder, { recursive: true, force: true });
  }
});

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
