import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { agent, limiters, memory, supervisor, type Agent, type Outcome } from "../../src/index.ts";

// A provider that takes so many requests at once, turns others away, and fails every now and then.
const AT_ONCE = 6;
const WORK_MS = 20;
const RETRY_AFTER_S = 0.05;

const seen = { requests: 0, turnedAway: 0, failed: 0, answered: 0, inFlight: 0, most: 0 };
/** Of each request, in their order, whether it was turned away. */
const away: boolean[] = [];
let server: Server;
let url = "";

beforeAll(async () => {
  server = createServer((_request, response) => {
    seen.requests++;
    away.push(seen.inFlight >= AT_ONCE);
    if (seen.inFlight >= AT_ONCE) {
      seen.turnedAway++;
      response.writeHead(429, { "retry-after": String(RETRY_AFTER_S) }).end();
      return;
    }
    seen.most = Math.max(seen.most, ++seen.inFlight);
    setTimeout(() => {
      seen.inFlight--;
      const fails = Math.random() < 0.04;
      if (fails) seen.failed++;
      else seen.answered++;
      response.writeHead(fails ? 500 : 200).end(fails ? "" : "ship");
    }, WORK_MS);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function ask(signal: AbortSignal): Promise<{ recommendation: string }> {
  const { ok, status, headers, ...response } = await fetched(signal);
  if (ok) return { recommendation: response.text };
  throw Object.assign(new Error(`HTTP ${status}`), { status, headers });
}

async function fetched(signal: AbortSignal) {
  const response = await fetch(url, { signal });
  return {
    ok: response.ok,
    status: response.status,
    headers: response.headers,
    text: await response.text(),
  };
}

const team = (name: string, size: number, backend: ReturnType<typeof memory>) =>
  supervisor({
    name,
    concurrency: 16,
    retries: 4,
    backoff: { baseMs: 20 },
    limiters: { provider: { everybody: true } },
    backend,
    agents: Object.fromEntries(
      Array.from({ length: size }, (_, n) => [
        `agent${n}`,
        agent({ name: `agent${n}`, run: (_task: unknown, { signal }) => ask(signal) }),
      ]),
    ) as Record<string, Agent<string, unknown, { recommendation: string }>>,
  });

describe("a provider with a limit that nobody was told", () => {
  it("is used up to its limit, at no more than two attempts a call, and no run fails", async () => {
    const backend = memory();
    const teams = [team("one", 20, backend), team("two", 20, backend)];
    const outcomes: Outcome[] = await Promise.all(
      Array.from({ length: 10 }, (_, n) => teams[n % 2]?.run(n) as Promise<Outcome>),
    );
    for (const { status } of outcomes) expect(status).toBe("complete");
    expect(seen.answered).toBe(200);
    expect(seen.turnedAway).toBeGreaterThan(0);
    expect(seen.requests).toBe(seen.answered + seen.failed + seen.turnedAway);
    // On average over all calls, those that failed by themselves included.
    expect(seen.requests / 200).toBeLessThanOrEqual(2);
    expect(seen.most).toBe(AT_ONCE);
    // It has been found out how many there are.
    expect(away.slice(-100).filter(Boolean).length).toBeLessThan(20);
    const { provider } = limiters(backend);
    expect(provider?.limit).toBeLessThanOrEqual(2 * AT_ONCE);
    expect(provider).toMatchObject({ inFlight: 0, waiting: 0 });
  });
});
