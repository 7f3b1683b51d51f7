import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { sqlite } from "../../src/sqlite/index.ts";
import { folder } from "../cli/command.ts";
import { COMPILED } from "../compiled.ts";

const pathOf = (name: string): string =>
  fileURLToPath(new URL(`../../examples/service/${name}.ts`, import.meta.url));

interface Service {
  readonly url: string;
  /** What it has written to standard error. */
  readonly log: () => string;
  end(signal: "SIGKILL" | "SIGTERM"): Promise<number | null>;
}

const open = new Set<ChildProcess>();
afterEach(async () => {
  for (const child of open) {
    child.kill("SIGKILL");
    await once(child, "close");
  }
});

async function start(name: string, work: string, scanMs: number): Promise<Service> {
  const env = {
    ...process.env,
    ...COMPILED,
    PORT: "0",
    DB: join(work, "reviews.db"),
    LEDGER: join(work, "ledger.txt"),
    SCAN_MS: String(scanMs),
  };
  const child = spawn(process.execPath, ["--no-warnings", pathOf(name)], { cwd: work, env });
  open.add(child);
  child.once("close", () => open.delete(child));
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (log += text));
  const gone = once(child, "exit").then(() => {
    throw new Error(`it ended: ${log}`);
  });
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([once(lines, "line"), gone])) as [string];
  gone.catch(() => {});
  return {
    url: line.replace("reviews at ", ""),
    log: () => log,
    async end(signal) {
      child.kill(signal);
      const [code] = (await once(child, "close")) as [number | null];
      return code;
    },
  };
}

interface Shown {
  readonly status: string;
  readonly answered: readonly string[];
  readonly questions: readonly object[];
  readonly winner: unknown;
}

const post = (url: string, body: unknown): Promise<Response> =>
  fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

/** Asks until it is so; the test's own time limit ends what never comes. */
async function until(url: string, isSo: (shown: Shown) => boolean): Promise<Shown> {
  for (;;) {
    const shown = (await (await fetch(url)).json()) as Shown;
    if (isSo(shown)) return shown;
  }
}

describe.each(["hono", "express"])("the service with %s", (name) => {
  it("loses nothing when it is killed: not a review, not an answer, not a decision", async () => {
    const work = folder();
    const ledger = (): readonly string[] => {
      const path = join(work, "ledger.txt");
      return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
    };
    // Its security scan does not end before it is killed.
    const first = await start(name, work, 60_000);
    const change = { pull: 7, diff: "eval(x)" };
    const begun = await post(`${first.url}/reviews`, change);
    expect([begun.status, await begun.json()]).toEqual([202, { runId: "pull-7" }]);
    // The same again is the same review; another one under its number is none.
    expect((await post(`${first.url}/reviews`, change)).status).toBe(202);
    expect((await post(`${first.url}/reviews`, { ...change, diff: "x" })).status).toBe(409);
    expect((await post(`${first.url}/reviews`, { pull: "7" })).status).toBe(400);
    expect((await fetch(`${first.url}/reviews/none`)).status).toBe(404);
    await until(`${first.url}/reviews/pull-7`, ({ answered }) => answered.length === 1);
    await until(`${first.url}/reviews/pull-7`, () => ledger().includes("security 7"));
    await first.end("SIGKILL");

    const second = await start(name, work, 0);
    const waiting = await until(
      `${second.url}/reviews/pull-7`,
      ({ status }) => status === "waiting",
    );
    expect(waiting.questions).toEqual([{ subject: "task", positions: ["hold", "ship"] }]);
    const decision = { subject: "task", winner: "ship", why: "it is a test" };
    const url = `${second.url}/reviews/pull-7/decision`;
    expect((await post(url, { ...decision, winner: "maybe" })).status).toBe(400);
    expect(await (await post(url, decision)).json()).toEqual({ kept: "recorded" });
    // At once: before it has gone on, or while it does.
    await second.end("SIGKILL");

    const third = await start(name, work, 0);
    const done = await until(`${third.url}/reviews/pull-7`, ({ status }) => status === "complete");
    expect(done).toMatchObject({ winner: "ship", questions: [] });
    expect((await post(`${third.url}/reviews/pull-7/decision`, decision)).status).toBe(409);
    expect(await third.end("SIGTERM")).toBe(0);

    // The scan that had ended was made once, the one that was killed once more.
    expect(ledger()).toEqual(["style 7", "security 7", "security 7"]);
    await using store = sqlite({ path: join(work, "reviews.db") }).store;
    const types = (await store.read("pull-7")).map(({ type }) => type);
    expect(types.filter((type) => type === "run.started" || type === "run.finished")).toEqual([
      "run.started",
      "run.finished",
    ]);

    const lines = [first, second, third].flatMap(({ log }) => log().trim().split("\n"));
    const records = lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    expect(records).toContainEqual(
      expect.objectContaining({
        level: 30,
        msg: "call.succeeded",
        runId: "pull-7",
        callId: "style",
      }),
    );
    expect(records).toContainEqual(
      expect.objectContaining({ msg: "somebody is to decide", subjects: 1 }),
    );
    expect(lines.join("\n")).not.toContain("eval(");
  });
});
