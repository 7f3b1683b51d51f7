import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { memory } from "../../src/index.ts";
import { begin, gate, serve, until } from "./served.ts";

describe("a server that stops", () => {
  it("leaves its runs to be gone on with, by the next one, which asks nobody again who has answered", async () => {
    const backend = memory({ resumable: true });
    const before = gate(backend);
    const first = await serve({ teams: [before.team] });
    const runId = await begin(first, { holds: true });
    await until(backend, runId, "call.succeeded");
    const reader = first.events(`/api/runs/${runId}/events`);
    await reader.next();
    await first[Symbol.asyncDispose]();
    await reader.return();
    expect(await backend.store.run(runId)).toMatchObject({ status: "interrupted" });
    expect((await backend.store.read(runId)).map(({ type }) => type)).not.toContain(
      "run.cancelled",
    );
    const after = gate(backend);
    await using _second = await serve({ teams: [after.team] });
    await until(backend, runId, "run.resumed");
    for await (const event of backend.store.follow(runId)) {
      if (event.type === "call.started" && after.asked.length > 0) break;
    }
    while (after.waiting.length === 0) await new Promise((resolve) => setImmediate(resolve));
    after.letGo();
    expect(await until(backend, runId, "run.finished")).toMatchObject({ status: "complete" });
    expect(after.asked).toEqual(["second"]);
  });
});

describe("a web hook", () => {
  it("is told by the next server what the one before could not deliver, under the same id, and once", async () => {
    const ids: string[] = [];
    let isUp = false;
    let heard = Promise.withResolvers<void>();
    const hook = createServer((request, answer) => {
      request.resume();
      request.on("end", () => {
        ids.push(String(request.headers["quorate-delivery"]));
        answer.writeHead(isUp ? 204 : 503).end();
        heard.resolve();
      });
    });
    await new Promise<void>((resolve) => hook.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`;
    const webHooks = [{ url, secret: "w".repeat(40) }];
    const backend = memory({ resumable: true });
    const kept = () => Promise.resolve(backend.store.values.list("hook/"));
    {
      await using served = await serve({ teams: [gate(backend).team], webHooks });
      await begin(served, { says: ["ship", "ship"] });
      await heard.promise;
    }
    expect(await kept()).toHaveLength(1);
    isUp = true;
    heard = Promise.withResolvers<void>();
    {
      await using _next = await serve({ teams: [gate(backend).team], webHooks });
      await heard.promise;
      while ((await kept()).length > 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const delivered = ids.length;
    expect(new Set(ids).size).toBe(1);
    {
      await using third = await serve({ teams: [gate(backend).team], webHooks });
      await third.ask("GET", "/api/runs");
    }
    expect(ids).toHaveLength(delivered);
    hook.closeAllConnections();
    await new Promise((resolve) => hook.close(resolve));
  });

  it("is told, signed, that a run waits and that it has ended; again where it failed, with the same id", async () => {
    const secret = "w".repeat(40);
    const got: { readonly body: string; readonly signature: string }[] = [];
    const told = [
      Promise.withResolvers<void>(),
      Promise.withResolvers<void>(),
      Promise.withResolvers<void>(),
    ];
    const hook = createServer((request, answer) => {
      let body = "";
      request.on("data", (part) => (body += String(part)));
      request.on("end", () => {
        got.push({ body, signature: String(request.headers["quorate-signature"]) });
        // The first time it fails.
        answer.writeHead(got.length === 1 ? 500 : 204).end();
        told[got.length - 1]?.resolve();
      });
    });
    await new Promise<void>((resolve) => hook.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`;
    const { team } = gate();
    {
      await using served = await serve({ teams: [team], webHooks: [{ url, secret }] });
      const runId = await begin(served, { says: ["ship", "hold"] });
      await told[1]?.promise;
      const decision = { subject: "task", winner: "hold", why: "Friday" };
      await served.ask("POST", `/api/runs/${runId}/decide`, { body: decision });
      await told[2]?.promise;
    }
    hook.closeAllConnections();
    await new Promise((resolve) => hook.close(resolve));
    const bodies = got.map(
      ({ body }) => JSON.parse(body) as { readonly id: string; readonly type: string },
    );
    expect(bodies.map(({ type }) => type)).toEqual(["run.waiting", "run.waiting", "run.finished"]);
    expect(bodies[0]?.id).toBe(bodies[1]?.id);
    for (const { body, signature } of got) {
      const [, seconds = "", hex] = /^t=(\d+),v1=(\w+)$/.exec(signature) ?? [];
      expect(createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex")).toBe(hex);
    }
  });
});
