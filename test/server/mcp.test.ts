import { ProtocolError } from "@modelcontextprotocol/client";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { agent, memory, supervisor } from "../../src/index.ts";
import { connectHttp, ERAS, type Era } from "../mcp/connect.ts";
import { gate, serve, TOKEN, until } from "./served.ts";

const ANN = "a".repeat(40);
const BOB = "b".repeat(40);

type Content = Readonly<Record<string, any>>; // oxlint-disable-line typescript/no-explicit-any -- what it is, each test says

const contentOf = (result: { readonly structuredContent?: unknown }): Content =>
  result.structuredContent as Content;
const textOf = (result: { readonly content?: unknown }): string =>
  (result.content as readonly { readonly text: string }[])[0]?.text ?? "";

/** The id of the only run. */
async function onlyRun(team: ReturnType<typeof gate>["team"]): Promise<string> {
  const [run] = await team.backend.store.runs();
  return run?.runId ?? "";
}

describe.each(ERAS)("teams as tools over HTTP, for a client of %s", (era: Era) => {
  it("answer with what was decided, and tell meanwhile who was asked and who answered", async () => {
    const { team } = gate();
    await using served = await serve({ teams: [team] });
    await using at = await connectHttp(served.at, TOKEN, { era });
    const { tools } = await at.client.listTools();
    expect(tools.map(({ name }) => name).toSorted()).toEqual([
      "gate",
      "quorate_cancel",
      "quorate_decide",
      "quorate_run",
    ]);
    const told: string[] = [];
    const steps: number[] = [];
    const result = await at.client.callTool(
      { name: "gate", arguments: { task: { says: ["ship", "ship"] } } },
      {
        onprogress: ({ message = "", progress }) => {
          told.push(message);
          steps.push(progress);
        },
      },
    );
    expect(contentOf(result)).toMatchObject({
      team: "gate",
      status: "complete",
      verdict: { winner: "ship", status: "unanimous" },
      agents: [{ agent: "first", status: "ok", answer: { recommendation: "ship" } }, {}],
    });
    expect(textOf(result)).toContain('The verdict about the task: "ship" (unanimous');
    expect(told).toEqual(["asked: first", "answered: first", "asked: second", "answered: second"]);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
  });

  it("say which question waits where the client asks nobody, and take what the person decided by a tool", async () => {
    const { team } = gate();
    await using served = await serve({ teams: [team] });
    await using at = await connectHttp(served.at, TOKEN, { era });
    const waiting = await at.client.callTool({
      name: "gate",
      arguments: { task: { says: ["ship", "hold"] } },
    });
    expect(contentOf(waiting)).toMatchObject({
      status: "waiting",
      questions: [{ question: 0, subject: "task", positions: ["hold", "ship"] }],
    });
    expect(textOf(waiting)).toContain("quorate_decide");
    const { runId } = contentOf(waiting);
    const decide = (winner: string) =>
      at.client.callTool({
        name: "quorate_decide",
        arguments: { runId, winner, why: "not on a Friday", by: "Ann" },
      });
    expect(textOf(await decide("perhaps"))).toContain('give one of "hold", "ship"');
    expect(contentOf(await decide("hold"))).toMatchObject({
      status: "complete",
      verdict: { winner: "hold", by: "human" },
    });
    const events = await team.backend.store.read(runId as string);
    expect(events.find(({ type }) => type === "person.decided")).toMatchObject({
      winner: "hold",
      why: "not on a Friday",
      by: "Ann (by tests)",
    });
    expect(textOf(await decide("ship"))).toContain("does not wait");
  });

  it("refuse an input that the agents' schema refuses, with what is wrong with it, and unknown tools and runs", async () => {
    const judge = agent({
      name: "judge",
      input: z.object({ diff: z.string() }),
      run: ({ diff }) => ({ recommendation: diff.length > 3 ? "hold" : "ship" }),
    });
    const backend = memory();
    const team = supervisor({ name: "Höhe der Zeit!", agents: { judge }, backend });
    await using served = await serve({ teams: [team] });
    await using at = await connectHttp(served.at, TOKEN, { era });
    const { tools } = await at.client.listTools();
    const tool = tools.find(({ name }) => !name.startsWith("quorate_"));
    expect(tool?.name).toMatch(/^[\w-]{1,40}$/);
    expect(tool?.inputSchema).toMatchObject({ properties: { diff: { type: "string" } } });
    const name = tool?.name ?? "";
    const bad = await at.client.callTool({ name, arguments: { diff: 3 } });
    expect(bad.isError).toBe(true);
    expect(textOf(bad)).toContain("diff");
    expect(await backend.store.runs()).toEqual([]);
    const good = await at.client.callTool({ name, arguments: { diff: "a" } });
    expect(contentOf(good)["verdict"]).toMatchObject({ winner: "ship" });
    await expect(at.client.callTool({ name: "nobody", arguments: {} })).rejects.toThrow(
      ProtocolError,
    );
    const nothing = await at.client.callTool({ name, arguments: {} });
    expect([nothing.isError, textOf(nothing)]).toEqual([true, expect.stringContaining("diff")]);
    const absent = await at.client.callTool({
      name: "quorate_run",
      arguments: { runId: "nothing" },
    });
    expect([absent.isError, textOf(absent)]).toEqual([true, "There is no such run."]);
  });

  it("refuse arguments without the one that holds the task, and arguments beside it, and begin no run then", async () => {
    const judge = agent({ name: "judge", run: () => "ship" });
    const backend = memory();
    const team = supervisor({ name: "gate", agents: { judge }, backend });
    await using served = await serve({ teams: [team] });
    await using at = await connectHttp(served.at, TOKEN, { era });
    const ask = async (given: Readonly<Record<string, unknown>>) => {
      const result = await at.client.callTool({ name: "gate", arguments: given });
      return [result.isError, textOf(result)];
    };
    const sentence = "The tool gate takes one argument, task, which holds the whole task: ";
    expect(await ask({ diff: "a" })).toEqual([
      true,
      `${sentence}there is no such argument (diff).`,
    ]);
    expect(await ask({})).toEqual([true, `${sentence}there is no such argument.`]);
    expect(await ask({ task: "a", diff: "a" })).toEqual([
      true,
      `${sentence}there are others (diff).`,
    ]);
    expect(await backend.store.runs()).toEqual([]);
  });

  it("show a tenant its own runs, and of another's nothing that one that is not there would not show", async () => {
    const { team } = gate();
    const tokens = [
      { token: ANN, tenant: "ann" },
      { token: BOB, tenant: "bob" },
    ];
    await using served = await serve({ teams: [team], tokens });
    await using ann = await connectHttp(served.at, ANN, { era });
    await using bob = await connectHttp(served.at, BOB, { era });
    const { runId } = contentOf(
      await ann.client.callTool({ name: "gate", arguments: { task: { says: ["ship", "hold"] } } }),
    );
    expect(await team.backend.store.run(runId as string)).toMatchObject({ tenant: "ann" });
    const listed = async (of: typeof ann) =>
      (await of.client.listResources()).resources.map(({ uri }) => uri);
    expect(await listed(ann)).toEqual(["quorate://runs", `quorate://runs/${runId}`]);
    expect(await listed(bob)).toEqual(["quorate://runs"]);
    const read = async (of: typeof ann, id: unknown, path = "") => {
      const uri = `quorate://runs/${String(id)}${path}`;
      const { contents } = await of.client.readResource({ uri });
      return (contents[0] as { readonly text: string }).text;
    };
    expect(JSON.parse(await read(ann, runId))).toMatchObject({ runId, status: "waiting" });
    expect(JSON.parse(await read(ann, runId, "/verdicts"))).toMatchObject({
      verdict: { subject: "task" },
    });
    expect(await read(ann, runId, "/report")).toContain("gate");
    const why = async (of: typeof ann, id: string, path: string): Promise<string> =>
      read(of, id, path).then(
        () => "it is there",
        (error: Error) => error.message.replaceAll(id, "ID"),
      );
    for (const path of ["", "/verdicts", "/report"]) {
      const foreign = await why(bob, runId as string, path);
      expect(foreign).not.toBe("it is there");
      expect(foreign).toBe(await why(bob, crypto.randomUUID(), path));
    }
    for (const [name, more] of [
      ["quorate_run", {}],
      ["quorate_cancel", {}],
      ["quorate_decide", { winner: "ship", why: "mine now", by: "Bob" }],
    ] as const) {
      const foreign = await bob.client.callTool({ name, arguments: { runId, ...more } });
      expect([foreign.isError, textOf(foreign)]).toEqual([true, "There is no such run."]);
    }
    expect(await team.backend.store.run(runId as string)).toMatchObject({ status: "waiting" });
  });

  it("are only those that the token allows", async () => {
    const { team } = gate();
    const tokens = [
      { token: ANN, scopes: ["read"] as const },
      { token: BOB, scopes: ["run"] as const },
    ];
    await using served = await serve({ teams: [team], tokens });
    await using reader = await connectHttp(served.at, ANN, { era });
    await using runner = await connectHttp(served.at, BOB, { era });
    const names = async ({ client: of }: typeof reader) =>
      (await of.listTools()).tools.map(({ name }) => name);
    expect(await names(reader)).toEqual(["quorate_run"]);
    expect(await names(runner)).toEqual(["gate", "quorate_cancel"]);
    await expect(reader.client.callTool({ name: "gate", arguments: { task: {} } })).rejects.toThrow(
      "gate",
    );
    const waiting = await runner.client.callTool({
      name: "gate",
      arguments: { task: { says: ["ship", "hold"] } },
    });
    expect(textOf(waiting)).not.toContain("quorate_decide");
    await expect(connectHttp(served.at, "x".repeat(40), { era })).rejects.toThrow(/token|401/);
  });

  it("cut what agents say too much of, and hide nothing in it", async () => {
    const talker = agent({
      name: "talker",
      run: () => ({ recommendation: "ship", words: "\u202Eabc```\n".repeat(100_000) }),
    });
    const team = supervisor({ name: "talk", agents: { talker } });
    await using served = await serve({ teams: [team] });
    await using at = await connectHttp(served.at, TOKEN, { era });
    const result = await at.client.callTool({ name: "talk", arguments: { task: "speak" } });
    expect(contentOf(result)).toMatchObject({ cut: true, verdict: { winner: "ship" } });
    expect(JSON.stringify(result).length).toBeLessThan(200_000);
    expect(JSON.stringify(result)).not.toContain("\u202E");
    // One fence, which nothing in it has closed.
    expect(textOf(result).match(/^```/gm)).toHaveLength(2);
  });
});

describe("a client of 2026-07-28 over HTTP", () => {
  it("puts the questions of a run to its person, and the same call goes on with the answer", async () => {
    const { team, asked } = gate();
    await using served = await serve({ teams: [team] });
    const questions: string[] = [];
    await using at = await connectHttp(served.at, TOKEN, {
      era: "2026",
      person: ({ message, choices }) => {
        questions.push(`${message.split("\n")[0]} ${choices.join("|")}`);
        return { winner: "hold", why: "too late" };
      },
    });
    const result = await at.client.callTool({
      name: "gate",
      arguments: { task: { says: ["ship", "hold"] } },
    });
    expect(contentOf(result)).toMatchObject({
      status: "complete",
      verdict: { winner: "hold", by: "human" },
    });
    expect(questions).toEqual(["The agents do not agree about: task hold|ship"]);
    // Nobody was asked again, and the log says who decided.
    expect(asked).toEqual(["first", "second"]);
    const events = await team.backend.store.read(await onlyRun(team));
    expect(events.find(({ type }) => type === "person.decided")).toMatchObject({
      why: "too late",
      by: "a person at tester (by tests)",
    });
  });

  it("leaves a run waiting whose person declines", async () => {
    const { team } = gate();
    await using served = await serve({ teams: [team] });
    await using at = await connectHttp(served.at, TOKEN, { era: "2026", person: () => "decline" });
    const result = await at.client.callTool({
      name: "gate",
      arguments: { task: { says: ["ship", "hold"] } },
    });
    expect(contentOf(result)).toMatchObject({ status: "waiting" });
    expect(textOf(result)).toContain("The person did not decide");
  });

  it("cancels the run by cancelling the call", async () => {
    const { team, waiting } = gate();
    await using served = await serve({ teams: [team] });
    await using at = await connectHttp(served.at, TOKEN, { era: "2026" });
    const stop = new AbortController();
    const call = at.client.callTool(
      { name: "gate", arguments: { task: { holds: true } } },
      {
        signal: stop.signal,
        onprogress: ({ message }) => {
          if (message === "asked: second") stop.abort(new Error("enough"));
        },
      },
    );
    await expect(call).rejects.toThrow("enough");
    const runId = await onlyRun(team);
    expect(await until(team.backend, runId, "run.cancelled")).toMatchObject({
      reason: "tester cancelled the call",
    });
    expect(waiting).toHaveLength(1);
  });
});

describe("a client of 2025 over HTTP", () => {
  it("does not reach the run by cancelling the call, but by the tool that does", async () => {
    const { team } = gate();
    await using served = await serve({ teams: [team] });
    await using at = await connectHttp(served.at, TOKEN, { era: "2025" });
    const stop = new AbortController();
    const call = at.client.callTool(
      { name: "gate", arguments: { task: { holds: true } } },
      {
        signal: stop.signal,
        onprogress: ({ message }) => {
          if (message === "asked: second") stop.abort(new Error("enough"));
        },
      },
    );
    await expect(call).rejects.toThrow("enough");
    const runId = await onlyRun(team);
    const stands = await at.client.callTool({ name: "quorate_run", arguments: { runId } });
    expect(contentOf(stands)).toMatchObject({ status: "running" });
    await at.client.callTool({ name: "quorate_cancel", arguments: { runId, reason: "enough" } });
    await until(team.backend, runId, "run.cancelled");
    const cancelled = await at.client.callTool({ name: "quorate_run", arguments: { runId } });
    expect(cancelled).toMatchObject({
      isError: true,
      structuredContent: { status: "cancelled", reason: "enough" },
    });
  });
});

describe("the server behind /mcp", () => {
  it("answers after the time it was given that the run goes on, and can be asked for the rest", async () => {
    const { team, letGo, waiting } = gate();
    await using served = await serve({ teams: [team], mcp: { answerWithinMs: 1, readOnly: true } });
    await using at = await connectHttp(served.at, TOKEN, { era: "2026" });
    const { tools } = await at.client.listTools();
    expect(tools.find(({ name }) => name === "gate")?.annotations).toMatchObject({
      readOnlyHint: true,
    });
    const early = await at.client.callTool({ name: "gate", arguments: { task: { holds: true } } });
    expect(contentOf(early)).toMatchObject({ status: "running" });
    const { runId } = contentOf(early);
    for await (const event of team.backend.store.follow(runId as string)) {
      if (event.type === "call.started" && event.agent === "second") break;
    }
    const rest = at.client.callTool({
      name: "quorate_run",
      arguments: { runId, waitSeconds: 60 },
    });
    while (waiting.length === 0) await new Promise(setImmediate);
    letGo();
    expect(contentOf(await rest)).toMatchObject({ status: "complete" });
  });

  it("leaves what goes on to be gone on with when it stops", async () => {
    const { team, waiting, letGo } = gate();
    {
      await using served = await serve({ teams: [team] });
      await using at = await connectHttp(served.at, TOKEN, { era: "2026" });
      const call = at.client.callTool({ name: "gate", arguments: { task: { holds: true } } });
      while (waiting.length === 0) await new Promise(setImmediate);
      await served.api.close();
      expect(contentOf(await call)["status"]).toMatch(/^(?:running|interrupted)$/);
      expect(textOf(await call)).toContain("quorate resume");
    }
    const runId = await onlyRun(team);
    expect(await team.backend.store.run(runId)).toMatchObject({ status: "interrupted" });
    waiting.length = 0;
    const resumed = team.resume(runId);
    while (waiting.length === 0) await new Promise(setImmediate);
    letGo();
    expect(await resumed).toMatchObject({ status: "complete" });
  });

  it("refuses what is no protocol, too large, of another origin or of nobody, as the protocol says it", async () => {
    const { team, asked } = gate();
    await using served = await serve({ teams: [team], limits: { bodyBytes: 10_000 } });
    const headers = { Accept: "application/json, text/event-stream" };
    const post = (raw: string, more: object = {}) =>
      served.ask("POST", "/mcp", { raw, headers, ...more });
    const list = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });
    expect((await post(list)).status).toBe(200);
    expect(await post("{ no json")).toMatchObject({
      status: 400,
      json: { jsonrpc: "2.0", id: null, error: { code: -32_700 } },
    });
    expect((await post("[]")).status).toBe(400);
    expect((await post('{"jsonrpc":"1.0","id":1,"method":"tools/list"}')).status).toBe(400);
    expect((await post("a".repeat(20_000))).status).toBe(413);
    expect(await post(list, { token: null })).toMatchObject({
      status: 401,
      json: { error: { data: { code: "UNAUTHORIZED" } } },
    });
    const foreign = { headers: { ...headers, Origin: "https://evil.example.com" } };
    expect((await post(list, foreign)).status).toBe(403);
    expect((await post(list, { headers: { ...headers, Host: "evil.example.com" } })).status).toBe(
      421,
    );
    for (const method of ["GET", "DELETE"] as const) {
      expect((await served.ask(method, "/mcp")).status).toBe(405);
    }
    // Answers to what nobody has asked are taken, and change nothing.
    expect((await post('{"jsonrpc":"2.0","id":99,"result":{}}')).status).toBeLessThan(500);
    expect(asked).toEqual([]);
    expect(await team.backend.store.runs()).toEqual([]);
  });

  it("has no more calls open at once than one token may", async () => {
    const { team, waiting, letGo } = gate();
    await using served = await serve({ teams: [team], limits: { streams: 1 } });
    await using at = await connectHttp(served.at, TOKEN, { era: "2026" });
    const first = at.client.callTool({ name: "gate", arguments: { task: { holds: true } } });
    while (waiting.length === 0) await new Promise(setImmediate);
    await expect(at.client.callTool({ name: "gate", arguments: { task: {} } })).rejects.toThrow(
      /429|streams/,
    );
    letGo();
    expect(contentOf(await first)).toMatchObject({ status: "complete" });
    const after = await at.client.callTool({ name: "gate", arguments: { task: {} } });
    expect(contentOf(after)).toMatchObject({ status: "complete" });
  });
});
