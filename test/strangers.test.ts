import { afterEach, expect, it } from "vitest";
import { a2aAgent } from "../src/a2a/index.ts";
import { acpAgent } from "../src/acp/index.ts";
import { httpAgent } from "../src/http/index.ts";
import { agent, supervisor } from "../src/index.ts";
import { mcpAgent } from "../src/mcp/index.ts";
import { virtualClock } from "../src/testing/index.ts";
import { acpPeer } from "./acp/acp-peer.ts";
import { httpServer, rawServer } from "./http/raw-server.ts";

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one[Symbol.asyncDispose]();
});

it("What strangers do wrong fails their own agent in one sentence, and no other: a malformed card, a redirect to another origin, a permission request that nobody decides, an agent that never answers, a server that lies about its size", async () => {
  const card = await httpServer((_, response) => response.end('{"name":"far"}'));
  let reached = 0;
  const elsewhere = await httpServer((_, response) => {
    reached += 1;
    response.end("{}");
  });
  const leads = await httpServer((_, response) =>
    response.writeHead(307, { location: elsewhere.url }).end(),
  );
  const lies = await rawServer((socket) =>
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${2 ** 40}\r\n\r\nx`),
  );
  const speaker = await acpPeer({
    session: {
      modes: { currentModeId: "default", availableModes: [{ id: "default", name: "d" }] },
    },
  });
  open.push(speaker);
  speaker.follow({ does: "reaches for", tool: "file", path: "/nowhere/file.txt" });
  const waits = await httpServer(() => undefined);
  const { command, args, env } = speaker;
  const clock = virtualClock();
  const team = supervisor({
    name: "team",
    clock,
    retries: 0,
    agents: {
      card: a2aAgent({ name: "card", url: card.url, allowPrivate: true }),
      redirect: mcpAgent({
        name: "redirect",
        tool: "look",
        server: { url: leads.url, allowPrivate: true },
      }),
      permission: acpAgent({
        name: "permission",
        command,
        args,
        env,
        mode: "default",
        permissions: () => {
          throw new Error("nobody is here");
        },
      }),
      silent: httpAgent({
        name: "silent",
        url: waits.url,
        allowPrivate: true,
        timeoutMs: 60_000_000,
      }),
      size: httpAgent({ name: "size", url: lies.url, allowPrivate: true }),
      known: agent({ name: "known", run: () => ({ recommendation: "hold" }) }),
    },
  });
  const stream = team.stream("ship?" as never);
  let ended = 0;
  for await (const { type } of stream) {
    if (type !== "call.succeeded" && type !== "call.failed") continue;
    ended += 1;
    if (ended === 5) await clock.advance(60_000_000);
  }
  const outcome = await stream.outcome;
  expect(outcome.status).toBe("partial");
  const said = Object.entries(outcome.results).map(([name, result]) => {
    const why =
      result.status === "failed" ? `${result.error.code} ${result.error.message}` : result.status;
    return [name, why];
  });
  expect(Object.fromEntries(said)).toEqual({
    card: expect.stringMatching(/^AGENT_FAILED card: its agent card is malformed: [^\n]+$/),
    redirect: expect.stringMatching(/^AGENT_FAILED redirect: [^\n]+ to another origin, [^\n]+$/),
    permission: expect.stringMatching(
      /^AGENT_FAILED permission: its permissions function failed: [^\n]+$/,
    ),
    silent: expect.stringMatching(/^TIMEOUT [^\n]+$/),
    size: expect.stringMatching(/^OUTPUT_TOO_LARGE the answer to size [^\n]+$/),
    known: "ok",
  });
  expect(reached).toBe(0);
});
