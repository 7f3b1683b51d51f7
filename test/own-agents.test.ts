import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { z } from "zod";
import { modelAgent } from "../src/ai-sdk/index.ts";
import { claude, commandAgent } from "../src/command/index.ts";
import { httpAgent } from "../src/http/index.ts";
import { agent, supervisor } from "../src/index.ts";
import { modelServer } from "./ai-sdk/model-server.ts";

const folder = mkdtempSync(join(tmpdir(), "quorate-own-agents-"));
const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** An address of this machine at which nobody listens. */
async function closedUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

const Review = z.object({ recommendation: z.enum(["ship", "hold"]) });

it("What goes wrong with one's own agents fails that agent in one sentence, and no other: a refused connection, a program that is not there, a missing login, output without an end, half a document, a call of a tool that nobody gave", async () => {
  const [half, reaching, gone] = await Promise.all([modelServer(), modelServer(), modelServer()]);
  open.push(half, reaching);
  half.follow({ does: "says", text: '{"recommendation":"ho', ended: "length" });
  reaching.follow({ does: "calls", tool: "rm", input: { path: "/" } });
  const unreachable = gone.openai();
  await gone[Symbol.asyncDispose]();
  const program = join(folder, "claude");
  const printed = JSON.stringify({ type: "result", is_error: true, result: "Not logged in" });
  writeFileSync(program, `#!/bin/sh\ncat > /dev/null\necho '${printed}'\nexit 1\n`, {
    mode: 0o755,
  });
  const endless = "for (;;) require('fs').writeSync(1, 'x'.repeat(65536))";
  const team = supervisor({
    name: "team",
    retries: 0,
    agents: {
      endpoint: httpAgent({ url: await closedUrl(), allowPrivate: true }),
      model: modelAgent({ output: Review, model: unreachable }),
      program: commandAgent({ command: "quorate-has-no-such-program" }),
      login: claude({ command: program }),
      output: commandAgent({ command: process.execPath, args: ["-e", endless], send: "stdin" }),
      document: modelAgent({ output: Review, model: half.openai() }),
      tool: modelAgent({ output: Review, model: reaching.openai() }),
      known: agent({ run: () => ({ recommendation: "hold" }) }),
    },
  });
  const { status, results, verdict } = await team.run("ship?" as never);
  expect(status).toBe("partial");
  expect(verdict).toMatchObject({ winner: "hold" });
  const said = Object.entries(results).map(([name, result]) => {
    const { error } = result as { readonly error?: { code: string; message: string } };
    return [name, error === undefined ? result.status : `${error.code} ${error.message}`];
  });
  expect(Object.fromEntries(said)).toEqual({
    endpoint: expect.stringMatching(/^AGENT_FAILED [^\n]*ECONNREFUSED[^\n]*$/),
    model: expect.stringMatching(/^AGENT_FAILED [^\n]*ECONNREFUSED[^\n]*$/),
    program: expect.stringMatching(/^AGENT_FAILED [^\n]*quorate-has-no-such-program[^\n]*$/),
    login: expect.stringMatching(/^AGENT_FAILED [^\n]*claude is not logged in; [^\n]*$/),
    output: expect.stringMatching(/^OUTPUT_TOO_LARGE [^\n]*$/),
    document: expect.stringMatching(/^OUTPUT_INVALID [^\n]*cut off[^\n]*$/),
    tool: expect.stringMatching(/^OUTPUT_INVALID [^\n]*a call of "rm"[^\n]*$/),
    known: "ok",
  });
});
