import { execFileSync } from "node:child_process";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { supervisor } from "../../src/index.ts";
import { mcpAgent, type McpProgram } from "../../src/mcp/index.ts";
import { gate, serve, TOKEN } from "../server/served.ts";
import { folder, MAIN, team } from "../cli/command.ts";
import { httpPeer } from "./http-peer.ts";
import { sessionServer } from "./session-server.ts";

const HOSTILE = new URL("processes/hostile.ts", import.meta.url).pathname;

const server = (manner: string): McpProgram => ({
  command: process.execPath,
  args: ["--no-warnings", HOSTILE, manner],
});

type AnyAgent = Parameters<typeof mcpAgent>[0];

/** What becomes of an agent that is asked once. */
async function asked(options: AnyAgent, task: unknown = {}) {
  const subject = mcpAgent({ name: "subject", ...options });
  const one = supervisor({ name: "one", agents: { subject } });
  const { results } = await one.run(task as never);
  return results.subject as {
    readonly status: string;
    readonly output?: unknown;
    readonly attempts?: number;
    readonly error?: { readonly code: string; readonly message: string };
  };
}

/** A server over HTTP that answers as the listener says. */
async function answering(
  listener: RequestListener,
): Promise<AsyncDisposable & { readonly url: string; readonly open: () => Promise<number> }> {
  const http = createServer(listener);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
    open: () =>
      new Promise((resolve) => http.getConnections((_error, count) => resolve(count ?? 0))),
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

describe("an agent that is a tool of a program", () => {
  it("answers by the text of a server of before that knows no question of versions, or dies of it", async () => {
    for (const manner of ["plain", "dies at questions"]) {
      expect(await asked({ server: server(manner), tool: "work" })).toMatchObject({
        status: "ok",
        output: "fine",
      });
    }
  });

  it("passes over what is no message, and takes no answer that is not its own", async () => {
    const result = await asked({ server: server("noise"), tool: "work", retries: 0 });
    expect(result).toMatchObject({ status: "ok", output: "mine" });
  });

  it.each([
    ["odd", "AGENT_FAILED", /^subject: its MCP server failed: /],
    ["large", "OUTPUT_TOO_LARGE", /sent a message of more than 1000000 bytes and was stopped/],
    ["dies", "AGENT_FAILED", /exited with 9.* it printed: out of cheese/],
    ["throws", "AGENT_FAILED", /exited with \d+.* Error: set WEATHER_KEY$/],
    ["fails", "AGENT_FAILED", /^subject: the tool "work" failed; it said: no luck today$/],
  ])("fails in one sentence where its server is %s", async (manner, code, sentence) => {
    const result = await asked({
      server: server(manner),
      tool: "work",
      retries: 0,
      maxBytes: 1_000_000,
    });
    expect(result).toMatchObject({ status: "failed", error: { code } });
    expect(result.error?.message).toMatch(sentence);
    expect(result.error?.message).not.toContain("\n");
  });

  it("is not asked again for a tool that is not there, or a program that is not there", async () => {
    expect(await asked({ server: server("fails"), tool: "nothing" })).toMatchObject({
      status: "failed",
      attempts: 1,
      error: {
        message: 'subject: its MCP server has no tool "nothing"; name one that it has: "work"',
      },
    });
    expect(await asked({ server: { command: "no-such-program" }, tool: "work" })).toMatchObject({
      status: "failed",
      attempts: 1,
    });
  });

  it("is over in time, and leaves no process, whatever its server does", async () => {
    for (const manner of ["asks", "deaf", "helpers"]) {
      const mark = `quorate-test-${crypto.randomUUID()}`;
      const { command, args = [] } = server(manner);
      const result = await asked({
        server: { command, args: [...args, mark] },
        tool: "work",
        retries: 0,
        timeoutMs: 1_500,
        graceMs: 1_000,
      });
      if (manner !== "asks") expect(result).toMatchObject({ status: "ok", output: "fine" });
      else expect(result).toMatchObject({ status: "failed" });
      // Whose time is over is let go at once, and ended behind that.
      await expect.poll(() => withArgument(mark)).toEqual([]);
    }
  });

  it("sees the variables that it is given, and no others", async () => {
    process.env["MCP_TEST_SECRET"] = "hidden";
    const env = { ECHO_SAYS: "hello" };
    const echo = mcpAgent({
      name: "echo",
      server: {
        command: process.execPath,
        args: [MAIN, "mcp", team("echo")],
        env,
        cwd: folder(),
      },
      tool: "echo",
      arguments: (task) => ({ task }),
      output: z.object({ agents: z.array(z.object({ answer: z.object({ said: z.string() }) })) }),
      read: ({ structuredContent }) => structuredContent as never,
    });
    const { results } = await supervisor({ name: "nested", agents: { echo } }).run("hi" as never);
    // A team of another process is a tool, and so an agent.
    expect(results.echo).toMatchObject({
      status: "ok",
      output: { agents: [{ answer: { said: "hello" } }] },
    });
  });
});

describe("an agent that is a tool over HTTP", () => {
  it("is a team of another server, with its token, progress and verdict", async () => {
    const { team: far } = gate();
    await using served = await serve({ teams: [far] });
    const told: unknown[] = [];
    const remote = mcpAgent({
      name: "remote",
      server: {
        url: `${served.at}/mcp`,
        headers: { authorization: () => `Bearer ${TOKEN}` },
        allowPrivate: true,
      },
      tool: "gate",
      arguments: (task) => ({ task }),
      output: z.object({ verdict: z.object({ winner: z.string() }) }),
      claims: ({ verdict }) => [{ subject: "task", position: verdict.winner }],
    });
    const stream = supervisor({ name: "near", agents: { remote } }).stream({
      says: ["hold", "hold"],
    } as never);
    for await (const event of stream) {
      if (event.type === "call.progress") told.push(event.value);
    }
    expect(await stream.outcome).toMatchObject({ verdict: { winner: "hold" } });
    expect(told).toContainEqual(expect.objectContaining({ message: "answered: first" }));
  });

  it("says which status refused it, without its secret, and is not asked again", async () => {
    const { team: far } = gate();
    await using served = await serve({ teams: [far] });
    const secret = "wrong-secret-".repeat(4);
    const result = await asked({
      server: {
        url: `${served.at}/mcp`,
        headers: { authorization: `Bearer ${secret}` },
        allowPrivate: true,
      },
      tool: "gate",
    });
    expect(result).toMatchObject({ status: "failed", attempts: 1 });
    expect(result.error?.message).toMatch(/HTTP 401/);
    expect(JSON.stringify(result)).not.toContain(secret);
  });

  it("follows no redirect to another origin, and asks no address that is not public unless that is meant", async () => {
    const reached: string[] = [];
    await using other = await answering((request, response) => {
      reached.push(request.url ?? "");
      response.end();
    });
    await using lying = await answering((_request, response) => {
      response.writeHead(307, { location: other.url }).end();
    });
    const result = await asked({
      server: { url: lying.url, allowPrivate: true },
      tool: "work",
    });
    expect(result).toMatchObject({
      status: "failed",
      attempts: 1,
      error: { code: "AGENT_FAILED" },
    });
    expect(reached).toEqual([]);
    expect(() => mcpAgent({ server: { url: lying.url }, tool: "work" })).toThrow(/allowPrivate/);
  });

  it("is over when its time is where a server never answers, and fails where one answers what is no protocol", async () => {
    await using silent = await answering(() => {});
    const late = await asked({
      server: { url: silent.url, allowPrivate: true },
      tool: "work",
      timeoutMs: 300,
      retries: 0,
    });
    expect(late).toMatchObject({ status: "failed", error: { code: "TIMEOUT" } });
    await expect.poll(silent.open).toBe(0);
    await using odd = await answering((_request, response) => {
      response.writeHead(200, { "content-type": "text/html" }).end("<p>hello");
    });
    const result = await asked({
      server: { url: odd.url, allowPrivate: true },
      tool: "work",
      retries: 0,
    });
    expect(result).toMatchObject({ status: "failed", error: { code: "AGENT_FAILED" } });
    expect(result.error?.message).not.toContain("\n");
  });

  it("speaks to a server of 2025, tells it to cancel, and ends its session", async () => {
    await using peer = await sessionServer();
    const server = { url: peer.url, allowPrivate: true };
    expect(await asked({ server, tool: "work" })).toMatchObject({ status: "ok", output: "fine" });
    expect(peer.sessions()).toBe(0);
    const late = asked({ server, tool: "hang", retries: 0, timeoutMs: 1_000 });
    await expect.poll(peer.begun).toBe(1);
    expect(await late).toMatchObject({ status: "failed", error: { code: "TIMEOUT" } });
    await expect.poll(() => peer.cancelled.length).toBe(1);
    await expect.poll(peer.sessions).toBe(0);
  });

  it("is not asked again for a tool that its server has not", async () => {
    await using peer = await httpPeer();
    peer.follow({ does: "answers", output: {} });
    const result = await asked({
      server: { url: peer.url, allowPrivate: true },
      tool: "nothing",
    });
    expect(result).toMatchObject({ status: "failed", attempts: 1 });
    expect(result.error?.message).toContain('has no tool "nothing"');
  });
});

describe("what mcpAgent() is given", () => {
  it.each([
    [{}, /tool is missing/],
    [{ tool: "work" }, /server is missing/],
    [{ tool: "work", server: {} }, /neither a program nor an address/],
    [{ tool: "work", server: { command: "a", url: "https://a.example" } }, /neither/],
    [{ tool: "work", server: { command: "a", shell: true } }, /has "shell"/],
    [{ tool: "work", server: { command: "a", args: [1] } }, /args/],
    [{ tool: "work", server: { url: "ftp://a.example" } }, /url/],
    [{ tool: "work", server: { url: "https://u:p@a.example" } }, /url/],
    [{ tool: "work", server: { command: "a" }, run: () => 1 }, /has run/],
    [{ tool: "work", server: { command: "a" }, arguments: 3 }, /arguments/],
  ])("is refused where it cannot work: %j", (given, sentence) => {
    expect(() => mcpAgent(given as never)).toThrow(sentence);
  });
});

/** The processes that were started with an argument, a line each. */
function withArgument(mark: string): readonly string[] {
  const all = execFileSync("ps", ["-A", "-ww", "-o", "args"], { encoding: "utf8" });
  return all.split("\n").filter((line) => line.includes(mark));
}
