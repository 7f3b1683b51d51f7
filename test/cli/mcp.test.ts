import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { connectStdio, ERAS, type Person } from "../mcp/connect.ts";
import { folder, quorate, start, team } from "./command.ts";

type Content = Readonly<Record<string, any>>; // oxlint-disable-line typescript/no-explicit-any -- what it is, each test says

const contentOf = (result: { readonly structuredContent?: unknown }): Content =>
  result.structuredContent as Content;
const textOf = (result: { readonly content?: unknown }): string =>
  (result.content as readonly { readonly text: string }[])[0]?.text ?? "";

/** How the runs of a folder's database stand. */
async function runsIn(cwd: string): Promise<readonly Content[]> {
  const { stdout } = await quorate(["runs", "--json"], cwd);
  return JSON.parse(stdout) as readonly Content[];
}

describe.each(ERAS)("quorate mcp, for a client of %s", (era) => {
  it("answers a call with progress and a verdict, whatever the team prints, reads and starts", async () => {
    const cwd = folder();
    await using at = await connectStdio([team("tooling")], { cwd, era });
    const result = await at.client.callTool(
      { name: "tooling", arguments: { task: {} } },
      { onprogress: () => undefined },
    );
    expect(contentOf(result)).toMatchObject({
      status: "complete",
      verdict: { winner: "ship" },
      agents: [{ agent: "loud", answer: { heard: 0 } }, { agent: "calm" }],
    });
    // The client drops what comes together with the answer, so this looks at what was sent.
    const received = at.received();
    const answered = received.findLastIndex((message) => "result" in message);
    const told = received
      .slice(0, answered)
      .map((message) => "params" in message && message.params?.["message"]);
    expect(told).toEqual(expect.arrayContaining(["asked: loud", "asked: calm", "answered: loud"]));
    for (const line of [
      "loading the team",
      "an agent speaks",
      "an agent writes",
      "a program speaks",
    ]) {
      expect(at.stderr()).toContain(line);
    }
    expect(await runsIn(cwd)).toMatchObject([{ status: "complete" }]);
  });

  it("puts a question to the person at the client, and goes on with the answer", async () => {
    const cwd = folder();
    const person: Person = ({ choices }) => ({ winner: choices[0] ?? "", why: "as it is late" });
    await using at = await connectStdio([team("asking")], { cwd, era, person });
    const result = await at.client.callTool({ name: "asking", arguments: { task: "?" } });
    // Two questions, put at once and answered one after the other.
    expect(contentOf(result)).toMatchObject({
      status: "complete",
      verdict: { winner: "hold", by: "human" },
      verdicts: [{ winner: 44, by: "human" }],
    });
  });

  it("cancels the run of a call that is cancelled, and serves the next one", async () => {
    const cwd = folder();
    await using at = await connectStdio([team("tooling")], { cwd, era });
    const stop = new AbortController();
    const call = at.client.callTool(
      { name: "tooling", arguments: { task: { hold: join(cwd, "go") } } },
      {
        signal: stop.signal,
        onprogress: ({ message }) => {
          if (message === "answered: calm") stop.abort(new Error("enough"));
        },
      },
    );
    await expect(call).rejects.toThrow("enough");
    const next = await at.client.callTool({ name: "tooling", arguments: { task: {} } });
    expect(contentOf(next)).toMatchObject({ status: "complete" });
    const [, first] = await runsIn(cwd);
    expect(first).toMatchObject({ status: "cancelled" });
  });
});

describe("quorate mcp", () => {
  it("leaves what goes on to be gone on with when its client has gone, and ends", async () => {
    const cwd = folder();
    const go = join(cwd, "go");
    {
      await using at = await connectStdio([team("tooling")], { cwd, era: "2026" });
      const { promise, resolve } = Promise.withResolvers<void>();
      const call = at.client.callTool(
        { name: "tooling", arguments: { task: { hold: go } } },
        { onprogress: ({ message }) => message === "answered: calm" && resolve() },
      );
      call.catch(() => {});
      await promise;
      const pid = at.pid();
      await at.client.close();
      expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    }
    expect(await runsIn(cwd)).toMatchObject([{ status: "interrupted" }]);
    writeFileSync(go, "");
    const { code, stdout } = await quorate(["resume", team("tooling"), "--json"], cwd);
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { status: "complete" }]);
  });

  it("tells a call that waits when it is stopped, and leaves its run", async () => {
    const cwd = folder();
    await using at = await connectStdio([team("tooling")], { cwd, era: "2026" });
    const call = at.client.callTool(
      { name: "tooling", arguments: { task: { hold: join(cwd, "go") } } },
      {
        onprogress: ({ message }) => {
          if (message === "answered: calm") process.kill(at.pid(), "SIGTERM");
        },
      },
    );
    expect(textOf(await call)).toContain("quorate resume");
    await at.client.close();
    expect(await runsIn(cwd)).toMatchObject([{ status: "interrupted" }]);
  });

  it("answers in time that a run goes on, and can be asked for the rest; without --decide nobody decides here", async () => {
    const cwd = folder();
    const go = join(cwd, "go");
    const flags = [team("tooling"), "--answer-within", "1ms", "--no-decide", "--read-only"];
    await using at = await connectStdio(flags, { cwd, era: "2025", person: () => "decline" });
    const { tools } = await at.client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(["tooling", "quorate_cancel", "quorate_run"]);
    expect(tools[0]?.annotations).toMatchObject({ readOnlyHint: true });
    const task = { hold: go, says: "hold" };
    const early = await at.client.callTool({ name: "tooling", arguments: { task } });
    expect(contentOf(early)).toMatchObject({ status: "running" });
    writeFileSync(go, "");
    const { runId } = contentOf(early);
    const rest = await at.client.callTool({
      name: "quorate_run",
      arguments: { runId, waitSeconds: 60 },
    });
    expect(contentOf(rest)).toMatchObject({
      status: "waiting",
      questions: [{ positions: ["ship", "hold"].toSorted() }],
    });
    expect(textOf(rest)).not.toContain("quorate_decide");
  });

  it("passes over what is no protocol, and ends in order at a message that is too large", async () => {
    const cwd = folder();
    const ping = '{"jsonrpc":"2.0","id":"p","method":"ping"}';
    const hello = JSON.stringify({
      jsonrpc: "2.0",
      id: 0,
      method: "initialize",
      params: {
        protocolVersion: "2025-11-25",
        capabilities: {},
        clientInfo: { name: "hostile", version: "1" },
      },
    });
    const odd = [
      "no json at all",
      "{",
      "[]",
      '{"jsonrpc":"2.0","id":777,"result":{}}',
      '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":12345}}',
      '{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"echo","arguments":7}}',
      '{"jsonrpc":"2.0","id":6,"method":"no/such"}',
    ];
    const { child, finished, printed } = start(["mcp", team("echo")], cwd, null);
    child.stdin?.write([hello, ...odd, ping, ""].join("\n"));
    await printed('"id":"p"');
    child.stdin?.write(`{"jsonrpc":"2.0","id":8,"method":"${"x".repeat(5_000_000)}`);
    const { code, stdout, stderr } = await finished;
    expect([code, stderr]).toEqual([0, ""]);
    const answers = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Content);
    expect(answers.map(({ jsonrpc }) => jsonrpc)).toEqual(answers.map(() => "2.0"));
    const byId = new Map(answers.map((one) => [one["id"], one]));
    expect(byId.get("p")).toMatchObject({ result: {} });
    expect(byId.get(5)).toHaveProperty("error");
    expect(byId.get(6)).toMatchObject({ error: { code: -32_601 } });
    expect(await runsIn(cwd)).toEqual([]);
  });

  it("says what is wrong where it cannot begin, and nothing on its standard output", async () => {
    const { code, stdout, stderr } = await quorate(["mcp", "nothing.ts"], folder());
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("There is no file nothing.ts");
  });
});
