import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { memory, type Backend } from "../../src/index.ts";
import { server } from "../../src/server/index.ts";
import { begin, gate, serve, until, TOKEN, type AskedWith } from "./served.ts";

/** What comes back for bytes that no client would send. */
function rawly(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    socket.setEncoding("utf8").on("data", (part: string) => (text += part));
    socket.on("close", () => resolve(text)).on("error", reject);
    socket.on("data", () => socket.end());
  });
}

describe("whoever has no right to ask", () => {
  it("is refused on every route without a token, with a wrong one, and with one that is nearly right", async () => {
    const { team } = gate();
    await using served = await serve({ teams: [team] });
    const paths = [
      "/api/teams",
      "/api/runs",
      "/api/runs/x",
      "/api/runs/x/events",
      "/api/bill",
      "/api/agents",
      "/api/session",
    ];
    for (const path of paths)
      expect((await served.ask("GET", path, { token: null })).status).toBe(401);
    for (const path of [
      "/api/runs",
      "/api/plan",
      "/api/runs/x/decide",
      "/api/runs/x/cancel",
      "/api/runs/x/fork",
      "/api/runs/x/truth",
    ]) {
      expect((await served.ask("POST", path, { token: null, body: {} })).status).toBe(401);
    }
    for (const token of ["", "x", `${TOKEN}x`, TOKEN.slice(1), "u".repeat(40), "x".repeat(5_000)]) {
      const { status, text, headers } = await served.ask("GET", "/api/runs", { token });
      expect(status).toBe(401);
      expect(headers["www-authenticate"]).toBe('Bearer realm="quorate"');
      expect(text).not.toContain(TOKEN);
    }
    const basic = await served.ask("GET", "/api/runs", {
      token: null,
      headers: { Authorization: `Basic ${TOKEN}` },
    });
    expect(basic.status).toBe(401);
    // A token in the address would stand in logs.
    expect((await served.ask("GET", `/api/runs?token=${TOKEN}`, { token: null })).status).toBe(401);
    expect((await served.ask("GET", `/api/runs?token=${TOKEN}`)).status).toBe(400);
  });

  it("does no more than its scopes allow", async () => {
    const { team } = gate();
    const tokens = [
      { token: "r".repeat(32), scopes: ["read"] },
      { token: "s".repeat(32), scopes: ["run"] },
      { token: "d".repeat(32), scopes: ["decide"] },
    ] as const;
    await using served = await serve({ teams: [team], tokens });
    const [read, run, decide] = tokens.map(({ token }) => token);
    const status = async (
      method: string,
      path: string,
      token = "",
      body?: object,
    ): Promise<number> =>
      (await served.ask(method, path, { token, ...(body !== undefined && { body }) })).status;
    const task = { team: "gate", input: {} };
    expect(await status("POST", "/api/runs", read, task)).toBe(403);
    expect(await status("POST", "/api/runs", decide, task)).toBe(403);
    expect(await status("POST", "/api/runs", run, task)).toBe(201);
    expect(await status("GET", "/api/runs", run)).toBe(403);
    expect(await status("GET", "/api/runs", read)).toBe(200);
    expect(
      await status("POST", "/api/runs/x/decide", run, { subject: "task", winner: 1, why: "x" }),
    ).toBe(403);
    expect(
      await status("POST", "/api/runs/x/decide", decide, { subject: "task", winner: 1, why: "x" }),
    ).toBe(404);
    expect(await status("POST", "/api/runs/x/cancel", decide)).toBe(403);
  });

  it("is held back after too many tries, and keeps nobody else from asking", async () => {
    const { team } = gate();
    await using served = await serve({ teams: [team], limits: { requestsPerMinute: 5 } });
    const tries = await Promise.all(
      Array.from({ length: 20 }, () => served.ask("GET", "/api/runs", { token: "x".repeat(40) })),
    );
    expect(tries.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(6);
    expect(tries.find(({ status }) => status === 429)?.headers["retry-after"]).toMatch(/^\d+$/);
    expect((await served.ask("GET", "/api/runs")).status).toBe(200);
    expect((await served.ask("GET", "/healthz", { token: null })).status).toBe(200);
    const mine = await Promise.all(
      Array.from({ length: 10 }, () => served.ask("GET", "/api/runs")),
    );
    expect(mine.filter(({ status }) => status === 429).length).toBeGreaterThan(3);
  });
});

describe("a browser", () => {
  const page = (port: number): AskedWith["headers"] & {} => ({
    Origin: `http://127.0.0.1:${port}`,
  });

  it("is signed in by a code once, and by a token, for a cookie that no script reads and no other site sends", async () => {
    const { team } = gate();
    await using served = await serve({ teams: [team] });
    const headers = page(served.port);
    const body = { code: served.api.signInCode() };
    const opened = await served.ask("POST", "/api/session", { token: null, headers, body });
    expect(opened).toMatchObject({
      status: 200,
      json: { name: "tests", scopes: ["read", "run", "decide"] },
    });
    const [cookie = ""] = opened.headers["set-cookie"] ?? [];
    expect(cookie).toMatch(
      /^quorate-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/,
    );
    expect((await served.ask("POST", "/api/session", { token: null, headers, body })).status).toBe(
      401,
    );
    const [pair = ""] = cookie.split(";");
    expect(pair).not.toContain(TOKEN);
    const signedIn = { token: null, headers: { ...headers, Cookie: pair } };
    expect((await served.ask("GET", "/api/session", signedIn)).json).toMatchObject({
      name: "tests",
    });
    const left = await served.ask("DELETE", "/api/session", signedIn);
    expect(left.status).toBe(204);
    expect(left.headers["set-cookie"]?.[0]).toContain("Max-Age=0");
    expect((await served.ask("GET", "/api/session", signedIn)).status).toBe(401);
    const byToken = await served.ask("POST", "/api/session", {
      token: null,
      headers,
      body: { token: TOKEN },
    });
    expect(byToken.status).toBe(200);
    expect(byToken.headers["set-cookie"]?.[0]).not.toContain(TOKEN);
  });

  it("changes nothing for a page of another origin, with or without an Origin, and none signs it in", async () => {
    const { team } = gate();
    await using served = await serve({ teams: [team] });
    const own = page(served.port);
    const opened = await served.ask("POST", "/api/session", {
      token: null,
      headers: own,
      body: { token: TOKEN },
    });
    const [Cookie = ""] = opened.headers["set-cookie"]?.[0]?.split(";") ?? [];
    const body = { team: "gate", input: {} };
    const from = (headers: Record<string, string>) =>
      served.ask("POST", "/api/runs", { token: null, headers: { Cookie, ...headers }, body });
    expect((await from({ Origin: "https://evil.example" })).status).toBe(403);
    expect((await from({ Origin: "null" })).status).toBe(403);
    expect((await from({ Origin: `http://localhost:${served.port}` })).status).toBe(403);
    expect((await from({})).status).toBe(403);
    expect((await from({ "Sec-Fetch-Site": "cross-site" })).status).toBe(403);
    expect((await from({ ...own, "Content-Type": "text/plain" })).status).toBe(415);
    expect(
      (await from({ ...own, "Content-Type": "application/x-www-form-urlencoded" })).status,
    ).toBe(415);
    expect((await from(own)).status).toBe(201);
    const foreign = {
      token: null,
      headers: { Origin: "https://evil.example" },
      body: { token: TOKEN },
    };
    expect((await served.ask("POST", "/api/session", foreign)).status).toBe(403);
    // Neither by a token that it should not have.
    expect(
      (await served.ask("GET", "/api/runs", { headers: { Origin: "https://evil.example" } }))
        .status,
    ).toBe(403);
    const { headers } = await served.ask("GET", "/api/runs", { headers: own });
    expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  it("is answered by the names that the server has, and by no other that points to it", async () => {
    const { team } = gate();
    await using served = await serve({ teams: [team] });
    const by = async (Host: string): Promise<number> =>
      (await served.ask("GET", "/api/runs", { headers: { Host } })).status;
    for (const host of [
      "evil.example",
      "127.0.0.1.evil.example",
      "localhost.evil.example:80",
      "0.0.0.0",
      "127.0.0.1@evil.example",
      "10.0.0.1",
    ]) {
      expect(await by(host)).toBeGreaterThanOrEqual(400);
    }
    expect(await by(`localhost:${served.port}`)).toBe(200);
    await using known = await serve({ teams: [team], origins: ["https://quorate.example.com"] });
    const proxied = (headers: Record<string, string>, path = "/api/runs") =>
      known.ask("GET", path, { headers });
    expect((await proxied({ Host: "quorate.example.com" })).status).toBe(200);
    expect((await proxied({ Host: `127.0.0.1:${known.port}` })).status).toBe(421);
    const opened = await known.ask("POST", "/api/session", {
      token: null,
      headers: { Host: "quorate.example.com", Origin: "https://quorate.example.com" },
      body: { token: TOKEN },
    });
    expect(opened.headers["set-cookie"]?.[0]).toMatch(/^__Host-quorate=.*; Secure$/);
  });

  it("may run nothing but the page's own files, frame nothing, and keep no answer", async () => {
    const { team } = gate();
    await using served = await serve({ teams: [team] });
    for (const path of ["/api/runs", "/", "/nothing", "/api/teams"]) {
      const { headers } = await served.ask("GET", path);
      expect(headers["content-security-policy"]).toContain("default-src 'none'; script-src 'self'");
      expect(headers["content-security-policy"]).not.toContain("unsafe");
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["x-frame-options"]).toBe("DENY");
      expect(headers["referrer-policy"]).toBe("no-referrer");
      expect(headers["x-powered-by"]).toBe(undefined);
      if (path !== "/") expect(headers["cache-control"]).toBe("no-store");
    }
    const runId = await begin(served, { says: ["<script>alert(1)</script>", "b"] });
    await until(team.backend, runId, "run.waiting");
    const shown = await served.ask("GET", `/api/runs/${runId}/report?format=html`);
    expect(shown.headers["content-security-policy"]).toContain(
      "sandbox allow-scripts; default-src 'none'",
    );
    expect(shown.headers["content-disposition"]).toMatch(/^attachment/);
    expect(shown.text).not.toContain("<script>alert(1)");
  });
});

describe("a request that is not as it should be", () => {
  it("is refused in a sentence, without a stack and without what it said, and the server goes on", async () => {
    const { team } = gate();
    await using served = await serve({ teams: [team], limits: { bodyBytes: 10_000 } });
    const post = (raw: string, headers: Record<string, string> = {}) =>
      served.ask("POST", "/api/runs", { raw, headers });
    const secret = "s3cr3t-of-the-caller";
    const bad: readonly (readonly [number, AskedWith & { raw: string }])[] = [
      [400, { raw: "{" }],
      [400, { raw: "[]" }],
      [400, { raw: "null" }],
      [400, { raw: `"${secret}"` }],
      [400, { raw: JSON.stringify({ team: "gate" }) }],
      [400, { raw: JSON.stringify({ team: 7, input: secret }) }],
      [400, { raw: JSON.stringify({ team: "gate", input: {}, runId: "mine" }) }],
      [400, { raw: JSON.stringify({ team: "gate", input: {}, tenant: "other" }) }],
      [400, { raw: '{"team":"gate","input":{},"__proto__":{"x":1}}' }],
      [400, { raw: JSON.stringify({ team: "gate", input: {}, deadlineMs: -1 }) }],
      [400, { raw: JSON.stringify({ team: "gate", input: {}, budget: { usd: "1" } }) }],
      [413, { raw: JSON.stringify({ team: "gate", input: "x".repeat(20_000) }) }],
      [415, { raw: "{}", headers: { "Content-Type": "text/plain" } }],
      [
        400,
        { raw: JSON.stringify({ team: "gate", input: {} }), headers: { "Idempotency-Key": "x y" } },
      ],
    ];
    for (const [status, { raw, headers }] of bad) {
      const said = await post(raw, headers as Record<string, string> | undefined);
      expect([raw, said.status]).toEqual([raw, status]);
      expect(said.json.error.message).toMatch(/^[A-Z].*\.$/);
      expect(said.text).not.toMatch(/at .*\.[jt]s:|node_modules/);
      expect(said.text).not.toContain(secret);
    }
    const odd = await served.ask("GET", "/api/runs?status=odd");
    expect(odd.status).toBe(400);
    expect(odd.text).toContain("must be one of running, interrupted, waiting, complete, partial,");
    for (const [path, meant] of [
      ["/api/runs?statsu=odd", 'it has no property "statsu"; did you mean status?'],
      ["/api/runs?status=wating", "did you mean waiting?"],
    ] as const)
      expect((await served.ask("GET", path)).json.error.message).toContain(meant);
    const slip = await post(JSON.stringify({ team: "gate", inptu: {}, input: {} }));
    expect(slip.json.error.message).toBe(
      'The body is not valid: it has no property "inptu"; did you mean input?',
    );
    expect((await served.ask("GET", "/api/runs?limit=0")).status).toBe(400);
    expect((await served.ask("GET", "/api/runs?limit=1&limit=2")).status).toBe(400);
    expect((await served.ask("GET", "/api/runs?tag=novalue")).status).toBe(400);
    expect((await served.ask("GET", `/api/runs?team=${"x".repeat(9_000)}`)).status).toBe(414);
    expect(
      (await served.ask("GET", "/api/runs", { headers: { "X-Long": "x".repeat(15_000) } })).status,
    ).toBe(200);
    expect(
      (await served.ask("GET", "/api/runs", { headers: { "X-Long": "x".repeat(60_000) } })).status,
    ).toBe(431);
    expect(await served.ask("PUT", "/api/runs")).toMatchObject({
      status: 405,
      headers: { allow: "GET, POST" },
      json: { error: { message: "This path takes GET, POST." } },
    });
    expect((await served.ask("GET", "/api/nothing")).status).toBe(404);
    const runId = await begin(served);
    expect(
      (
        await served.ask("GET", `/api/runs/${runId}/events`, {
          headers: { "Last-Event-ID": "-1;x", Accept: "text/event-stream" },
        })
      ).status,
    ).toBe(400);
    expect((await served.ask("GET", `/api/runs/${runId}/report?format=../../etc`)).status).toBe(
      400,
    );
  });

  it("reads no file but those of the page", async () => {
    const { team } = gate();
    await using served = await serve({ teams: [team] });
    for (const path of [
      "/assets/../index.html",
      "/assets/..%2f..%2f..%2fpackage.json",
      "/assets/%2e%2e/%2e%2e/package.json",
      "//etc/passwd",
      "/assets/..\\..\\package.json",
      "/../package.json",
      "/assets/",
      "/assets/.env",
    ]) {
      const { status, text } = await served.ask("GET", path);
      expect(text).not.toContain('"devDependencies"');
      if (status === 200) expect(text).toContain("<title>");
      else expect([400, 404]).toContain(status);
    }
  });

  it("is given up where its body does not come, or breaks off", async () => {
    const { team } = gate();
    await using served = await serve({ teams: [team], limits: { requestMs: 50 } });
    const head = (length: number): string =>
      `POST /api/runs HTTP/1.1\r\nHost: 127.0.0.1:${served.port}\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
    expect(await rawly(served.port, `${head(1_000)}{"team"`)).toMatch(/^HTTP\/1.1 408/);
    expect(await rawly(served.port, "GET /api/runs HTTP/1.1\r\n\r\n")).toMatch(/^HTTP\/1.1 4/);
    expect((await served.ask("GET", "/healthz")).status).toBe(200);
  });

  it("waits no longer than it may for a store that never answers, and tells nobody why one failed", async () => {
    const { team, ...rest } = gate();
    const { store } = team.backend;
    let answers: "never" | "failing" = "never";
    const broken: Backend = {
      store: {
        ...store,
        runs: () => {
          if (answers === "failing") throw new Error("password=hunter2 at /secret/path");
          return new Promise(() => {});
        },
      },
    };
    const failures: string[] = [];
    await using served = await serve({
      teams: [team],
      backend: broken,
      resume: false,
      limits: { requestMs: 50 },
      // A rejection of it is nobody's to handle.
      onFailure: async ({ what, error }) => {
        failures.push(`${what}: ${String(error)}`);
        throw new Error("no pager");
      },
    });
    expect(await served.ask("GET", "/api/runs")).toMatchObject({
      status: 503,
      json: { error: { code: "TIMEOUT" } },
    });
    answers = "failing";
    const failed = await served.ask("GET", "/api/runs");
    expect(failed.status).toBe(500);
    expect(failed.text).not.toMatch(/hunter2|secret/);
    expect(failures.join("\n")).toContain("hunter2");
    expect(rest.asked).toEqual([]);
  });
});

describe("streams", () => {
  it("are so many at once of one token, and are free again when their readers leave", async () => {
    const { team } = gate();
    await using served = await serve({ teams: [team], limits: { streams: 2 } });
    const runId = await begin(served, { holds: true });
    const path = `/api/runs/${runId}/events`;
    const readers = [served.events(path), served.events(path)];
    for (const reader of readers) await reader.next();
    const over = await served.ask("GET", path, { headers: { Accept: "text/event-stream" } });
    expect(over.status).toBe(429);
    await readers[0]?.return();
    for (;;) {
      const one = served.events(path);
      const first = await one.next().catch(() => undefined);
      await one.return().catch(() => {});
      if (first?.done === false) break;
    }
    await readers[1]?.return();
  });

  it("go on for others while one reader takes nothing, who is disconnected, and nothing is kept for it", async () => {
    const { team } = gate();
    const big = "x".repeat(500_000);
    await using served = await serve({ teams: [team], limits: { stalledMs: 40 } });
    const runId = await begin(served, { says: [big, big] });
    await until(team.backend, runId, "run.finished");
    const request = new Request(`http://localhost/api/runs/${runId}/events`, {
      headers: { Host: "localhost", Authorization: `Bearer ${TOKEN}`, Accept: "text/event-stream" },
    });
    const reader = (await served.api.fetch(request)).body?.getReader();
    const first = await reader?.read();
    expect(first?.done).toBe(false);
    let last = 0;
    for await (const { id } of served.events(`/api/runs/${runId}/events`))
      last = Number(id ?? last);
    expect(last).toBe((await team.backend.store.run(runId))?.events);
    await expect(reader?.closed).rejects.toThrow("its reader does not read");
  });
});

describe("a server that would not be safe", () => {
  it("is not made: short or equal tokens, odd origins, teams of one name, web hooks without TLS; and the refusal says no secret", async () => {
    const { team } = gate(memory());
    const options = [
      { tokens: [{ token: "short-secret" }] },
      { tokens: [] },
      { tokens: [{ token: TOKEN }, { token: TOKEN }] },
      { tokens: [{ token: `${"x".repeat(40)} y` }] },
      { tokens: [{ token: TOKEN, scopes: ["admin"] }] },
      { tokens: [{ token: TOKEN, tenant: "" }] },
      { origins: ["quorate.example.com"] },
      { origins: ["https://quorate.example.com/path"] },
      { webHooks: [{ url: "http://hooks.example", secret: TOKEN }] },
      { webHooks: [{ url: "https://u:p@hooks.example", secret: TOKEN }] },
      { webHooks: [{ url: "https://hooks.example", secret: "short-secret" }] },
      { limits: { bodyBytes: 0 } },
      { teams: [] },
      { teams: [team, gate(memory()).team] },
      { teams: [{}] },
    ] as readonly object[];
    for (const one of options) {
      const made = server({ teams: [team], ...one } as never);
      await expect(made).rejects.toMatchObject({ code: "BAD_OPTIONS" });
      await expect(made).rejects.not.toMatchObject({
        message: expect.stringMatching(/short-secret|tttttttt|u:p/),
      });
    }
  });
});
