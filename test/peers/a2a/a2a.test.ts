import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { supervisor } from "../../../src/index.ts";
import { a2aAgent } from "../../../src/a2a/index.ts";
import { gate, serve, TOKEN } from "../../server/served.ts";

const execute = promisify(execFile);
const python = join(import.meta.dirname, "node_modules/.python/bin/python");
const program = (name: string): string => join(import.meta.dirname, name);

describe.skipIf(!existsSync(python))("Python's official A2A SDK", () => {
  it("asks a team that is served: its card, a stream, a question with its answer, and cancels", async () => {
    const { team } = gate();
    await using served = await serve({ teams: [team] });
    const { stdout } = await execute(
      python,
      [program("client.py"), `${served.at}/a2a/gate`, TOKEN],
      {
        timeout: 60_000,
      },
    );
    const out = JSON.parse(stdout) as Record<string, any>; // oxlint-disable-line typescript/no-explicit-any -- what the program prints
    expect(out).toMatchObject({
      card: "gate",
      skills: ["gate"],
      agreed: { values: [{ recommendation: "hold" }] },
      got: "TASK_STATE_COMPLETED",
      cancelled: "TASK_STATE_CANCELED",
    });
    expect(out["agreed"].told.at(-1)).toBe("TASK_STATE_COMPLETED");
    expect(out["asks"].told.at(-1)).toBe("TASK_STATE_INPUT_REQUIRED");
    expect(out["answered"].told.at(-1)).toBe("TASK_STATE_COMPLETED");
    expect(out["answered"].values).toMatchObject([{ recommendation: "ship" }]);
  });

  describe("as a peer", () => {
    let peer: ChildProcess;
    let at = "";
    const printed: string[] = [];
    beforeAll(async () => {
      peer = spawn(python, [program("server.py")], { stdio: ["ignore", "pipe", "inherit"] });
      if (peer.stdout === null) throw new Error("it prints nothing");
      const lines = createInterface({ input: peer.stdout });
      const [first] = (await once(lines, "line")) as [string];
      at = first.replace(/^at /, "");
      lines.on("line", (line) => printed.push(line));
    });
    afterAll(async () => {
      const ended = once(peer, "exit");
      peer.kill();
      await ended;
    });
    const ask = (task: string, options: object = {}) => {
      const remote = a2aAgent({
        name: "remote",
        url: at,
        allowPrivate: true,
        retries: 0,
        ...options,
      });
      return supervisor({ name: "outer", agents: { remote } }).run(task);
    };

    it("answers, and what it says that it used is on the bill", async () => {
      const { results } = await ask("ship or hold?");
      expect(results.remote).toMatchObject({
        status: "ok",
        output: { recommendation: "ship", asked: "ship or hold?" },
        cost: { inputTokens: 20, outputTokens: 9 },
      });
    });

    it("asks, and is answered in the same task", async () => {
      const { results } = await ask("ask me", { reply: () => "main, ask no more" });
      expect(results.remote).toMatchObject({ status: "ok", output: { recommendation: "ship" } });
    });

    it("is told to stop", async () => {
      const caller = new AbortController();
      const remote = a2aAgent({ name: "remote", url: at, allowPrivate: true, retries: 0 });
      const team = supervisor({ name: "outer", agents: { remote } });
      const stream = team.stream("hang", { signal: caller.signal });
      await expect(
        (async () => {
          for await (const { type } of stream) {
            if (type === "call.progress") caller.abort(new Error("enough"));
          }
        })(),
      ).rejects.toThrow("enough");
      await expect(stream.outcome).rejects.toThrow("enough");
      expect(printed).toContain("cancelled");
    });
  });
});
