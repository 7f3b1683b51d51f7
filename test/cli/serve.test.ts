import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { TaskState } from "@a2a-js/sdk";
import { describe, expect, it } from "vitest";
import { data, message, sdkClient, sending } from "../a2a/sdk-client.ts";
import { connectHttp } from "../mcp/connect.ts";
import { folder, quorate, start, team } from "./command.ts";
import { asked, hold, release } from "./durable.ts";

/** What stands after a word on a line of its own. */
function after(word: string, text: string): string {
  return new RegExp(`^${word} (\\S+)`, "m").exec(text)?.[1] ?? "";
}

describe("quorate serve", () => {
  it("listens at this machine's own address, lets in its token and its code once, and stops in order", async () => {
    const flags = ["--port", "0", "--answer-within", "1ms", "--read-only"];
    const cwd = folder();
    const { child, finished, printed } = start(["serve", team("tooling"), ...flags], cwd);
    let said = "";
    child.stdout?.on("data", (part) => (said += String(part)));
    await printed("Ctrl-C stops it");
    const opened = new URL(after("open", said));
    expect(opened.hostname).toBe("127.0.0.1");
    const api = new URL("/api/", opened);
    const token = after("token", said);
    const Authorization = `Bearer ${token}`;
    expect((await fetch(new URL("runs", api))).status).toBe(401);
    expect(
      await (await fetch(new URL("runs", api), { headers: { Authorization } })).json(),
    ).toEqual({ runs: [] });
    const signIn = () =>
      fetch(new URL("session", api), {
        method: "POST",
        headers: { Origin: opened.origin, "Content-Type": "application/json" },
        body: JSON.stringify({ code: opened.hash.slice("#code=".length) }),
      });
    expect((await signIn()).status).toBe(200);
    expect((await signIn()).status).toBe(401);
    // What MCP clients and peers are told, by its flags.
    const hold = join(cwd, "go");
    {
      await using at = await connectHttp(opened.origin, token, { era: "2026" });
      const { tools } = await at.client.listTools();
      expect(tools[0]?.annotations).toMatchObject({ readOnlyHint: true });
      const early = await at.client.callTool({ name: "tooling", arguments: { task: { hold } } });
      expect(early.structuredContent).toMatchObject({ status: "running" });
    }
    const peer = await sdkClient(`${opened.origin}/a2a/tooling`, token);
    expect((await peer.getAgentCard()).skills).toHaveLength(1);
    const task = await peer.sendMessage(sending(message([data({ hold })])));
    expect(task).toMatchObject({ status: { state: TaskState.TASK_STATE_WORKING } });
    child.kill("SIGTERM");
    const { code, stderr } = await finished;
    expect([code, stderr]).toEqual([0, ""]);
  });

  it("says that a port is taken, and which flag takes another one", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    try {
      const args = ["serve", team("echo"), "--port", String(port)];
      expect(await quorate(args, folder())).toMatchObject({
        code: 2,
        stderr: `quorate: cannot listen on port ${port} of 127.0.0.1: another process listens there; give another port with --port, or 0 for any that is free\n`,
      });
    } finally {
      taken.close();
    }
  });

  it("goes on with its runs after it was killed in their midst, and asks nobody again who has answered", async () => {
    const cwd = folder();
    const token = "t".repeat(40);
    const serve = async (): Promise<{ api: URL; served: ReturnType<typeof start> }> => {
      const served = start(["serve", team("durable"), "--port", "0"], cwd, "", {
        QUORATE_TOKEN: token,
      });
      let said = "";
      served.child.stdout?.on("data", (part) => (said += String(part)));
      await served.printed("sign in with");
      return { api: new URL("/api/", /at (\S+)/.exec(said)?.[1] ?? ""), served };
    };
    const headers = { Authorization: `Bearer ${token}` };
    const begin = (api: URL): Promise<Response> =>
      fetch(new URL("runs", api), {
        method: "POST",
        headers: {
          ...headers,
          "Content-Type": "application/json",
          "Idempotency-Key": "one-click",
        },
        body: JSON.stringify({ team: "durable", input: { diff: "x" } }),
      });
    /** The types of the events that one reader is sent, up to one of them; then it goes. */
    const eventsUntil = async (api: URL, runId: string, type: string): Promise<string[]> => {
      const leaving = new AbortController();
      const { body } = await fetch(new URL(`runs/${runId}/events`, api), {
        headers: { ...headers, Accept: "text/event-stream" },
        signal: leaving.signal,
      });
      let text = "";
      const types = (): string[] =>
        [...text.matchAll(/^data: (.*"type":"([a-z.]+)".*)$/gm)].map(([, , one = ""]) => one);
      for await (const part of body ?? []) {
        text += Buffer.from(part).toString();
        if (types().includes(type)) break;
      }
      leaving.abort();
      return types();
    };

    hold(cwd);
    const first = await serve();
    const { runId } = (await (await begin(first.api)).json()) as { runId: string };
    await eventsUntil(first.api, runId, "call.succeeded");
    first.served.child.kill("SIGKILL");
    await first.served.finished;
    release(cwd);
    const second = await serve();
    const types = await eventsUntil(second.api, runId, "run.finished");
    expect(types).toContain("run.resumed");
    const shown = await fetch(new URL(`runs/${runId}`, second.api), { headers });
    expect(await shown.json()).toMatchObject({ run: { status: "complete" } });
    expect(asked(cwd).filter((name) => name === "quick")).toEqual(["quick"]);
    // Who clicked once more, as nobody answered, gets the same run.
    expect(await (await begin(second.api)).json()).toMatchObject({ runId });
    second.served.child.kill("SIGTERM");
    expect((await second.served.finished).code).toBe(0);
  });

  it("cancels a run whose agent strays, with that sentence, and goes on with the others", async () => {
    const cwd = folder();
    const token = "t".repeat(40);
    const served = start(["serve", team("stray-on-request"), "--port", "0"], cwd, "", {
      QUORATE_TOKEN: token,
    });
    let said = "";
    served.child.stdout?.on("data", (part) => (said += String(part)));
    await served.printed("sign in with");
    const api = new URL("/api/", /at (\S+)/.exec(said)?.[1] ?? "");
    const headers = { Authorization: `Bearer ${token}` };
    const begin = async (input: object): Promise<string> => {
      const answer = await fetch(new URL("runs", api), {
        method: "POST",
        headers: { ...headers, "Content-Type": "application/json" },
        body: JSON.stringify({ team: "straying", input }),
      });
      return ((await answer.json()) as { runId: string }).runId;
    };
    /** What the stream of a run says last. */
    const endOf = async (runId: string): Promise<unknown> => {
      const stream = await fetch(new URL(`runs/${runId}/events`, api), {
        headers: { ...headers, Accept: "text/event-stream" },
      });
      const lines = [...(await stream.text()).matchAll(/^data: (.*"type".*)$/gm)];
      return JSON.parse(lines.at(-1)?.[1] ?? "null");
    };
    const until = join(cwd, "go");
    const paid = await begin({ until });
    const strays = {
      rejects: "left a promise behind that rejected: left behind",
      throws: "threw where nobody could catch it: too late",
      exits: "called process.exit(0)",
      "rejects in a run of its own": "left a promise behind that rejected: left behind",
    };
    for (const [stray, sentence] of Object.entries(strays)) {
      const runId = await begin({ stray });
      expect(await endOf(runId)).toMatchObject({
        type: "run.cancelled",
        reason: expect.stringContaining(sentence) as string,
      });
      await served.printed(`quorate: run ${runId}: the agent `);
    }
    writeFileSync(until, "");
    for (const runId of [paid, await begin({})])
      expect(await endOf(runId)).toMatchObject({ type: "run.finished", status: "complete" });
    served.child.kill("SIGTERM");
    const { code, stderr } = await served.finished;
    expect(code).toBe(0);
    expect(stderr.trimEnd().split("\n")).toHaveLength(Object.keys(strays).length);
  });

  it("refuses to listen where others can reach it without a token that was given, and says no secret", async () => {
    const open = await quorate(["serve", team("echo"), "--host", "0.0.0.0"], folder());
    expect(open.code).toBe(2);
    expect(open.stderr).toContain("no token was given");
    const short = await quorate(["serve", team("echo"), "--port", "0"], folder(), "", {
      QUORATE_TOKEN: "too-short-secret",
    });
    expect(short.code).toBe(2);
    expect(`${short.stdout}${short.stderr}`).not.toContain("too-short-secret");
  });
});
