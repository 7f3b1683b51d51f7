// Clients as they are, against a real server: what they throw has to be understood as it is.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  agent,
  limiters,
  supervisor,
  type AgentContext,
  type RunEvent,
} from "../../../src/index.ts";
import { CLIENTS } from "./clients.ts";
import { failingServer, type Failing, type FailingServer } from "./failing-server.ts";

let server: FailingServer;
beforeAll(async () => {
  server = await failingServer();
});
afterAll(() => server[Symbol.asyncDispose]());

type Ask = (task: unknown, context: AgentContext) => Promise<unknown>;

const PATIENCE_MS = 60_000;

const GUARDED = { guarded: { breaker: { failures: 1, cooldownMs: 60_000 } } };

async function run(ask: Ask, options: object = {}) {
  const asker = agent({ name: "asker", backoff: { baseMs: 3 }, ...options, run: ask });
  const team = supervisor({ name: "team", agents: { asker }, limiters: GUARDED });
  const { runId, results } = await team.run("task");
  const log = (await team.backend.store.read(runId)) as readonly RunEvent[];
  const { guarded } = limiters(team.backend);
  return { result: results.asker, log, breaker: guarded?.breaker };
}

const clients = Object.entries(CLIENTS).map(([name, client]) => ({ name, ...client }));

describe.each(clients)("what is thrown by $name", ({ ask }) => {
  /** The first attempt fails that way, and is given up soon by a client that has to; later ones are answered. */
  const asking = (failing: Failing, options?: object) =>
    run((_, { attempt }) => {
      if (attempt > 1) return ask(server.at("answers"), PATIENCE_MS);
      return ask(server.at(failing), failing === "hangs" ? 15 : PATIENCE_MS);
    }, options);

  it.each(["400", "401"] as const)("for HTTP %s is not asked again", async (failing) => {
    const { result } = await asking(failing, { retries: 3 });
    expect(result).toMatchObject({ status: "failed", attempts: 1 });
  });

  it.each(["500", "closes", "resets", "hangs"] as const)(
    "for a server that says or does this: %s, is asked again once",
    async (failing) => {
      const { result, log } = await asking(failing);
      expect(result).toMatchObject({ status: "ok", attempts: 2 });
      expect(log.some(({ type }) => type === "call.retried")).toBe(true);
    },
  );

  it("for HTTP 429 is asked again when the server says, and uses no retry", async () => {
    const { result, log } = await asking("429", { retries: 0, backoff: { baseMs: 0, maxMs: 0 } });
    expect(result).toMatchObject({ status: "ok", attempts: 2 });
    const [waitMs = 0, ...more] = log.flatMap((event) =>
      event.type === "call.requeued" ? [event.waitMs] : [],
    );
    expect(more).toEqual([]);
    // The server's `Retry-After: 1`, or up to a tenth longer, so that not all come at once.
    expect(waitMs).toBeGreaterThanOrEqual(1_000);
    expect(waitMs).toBeLessThanOrEqual(1_100);
  });

  it.each(["500", "resets"] as const)(
    "for a server that says or does this: %s, opens a breaker",
    async (failing) => {
      const { breaker } = await asking(failing, { limiters: ["guarded"], retries: 0 });
      expect(breaker).toBe("open");
    },
  );

  it("for a request that was wrong opens no breaker", async () => {
    const { breaker } = await asking("400", { limiters: ["guarded"], retries: 0 });
    expect(breaker).toBe("closed");
  });
});

describe.each(clients.filter(({ reads }) => reads))("what is thrown by $name", ({ ask }) => {
  it("for a quota that is used up is not asked again, though it is HTTP 429", async () => {
    const url = server.at("429 quota");
    const { result } = await run(() => ask(url, PATIENCE_MS), { retries: 3 });
    expect(result).toMatchObject({ status: "failed", attempts: 1 });
  });
});
