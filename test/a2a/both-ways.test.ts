import { describe, expect, it } from "vitest";
import { supervisor } from "../../src/index.ts";
import { a2aAgent } from "../../src/a2a/index.ts";
import { gate, serve, TOKEN, type Task } from "../server/served.ts";

const headers = { authorization: `Bearer ${TOKEN}` };

describe("a team that is asked by another team, by A2A", () => {
  it("is an agent of it: its winner is its position, and of what it used nothing is made up", async () => {
    const inner = gate();
    await using served = await serve({ teams: [inner.team] });
    const remote = a2aAgent({
      name: "remote",
      url: `${served.at}/a2a/gate`,
      headers,
      allowPrivate: true,
    });
    const outer = supervisor({ name: "outer", agents: { remote } });
    const { results, verdict } = await outer.run({ says: ["hold", "hold"] } satisfies Task);
    expect(verdict).toMatchObject({ winner: "hold", status: "unopposed" });
    expect(results.remote).toMatchObject({ status: "ok", cost: { usdMicros: "unknown" } });
    const [run] = await inner.team.backend.store.runs();
    expect(run).toMatchObject({ status: "complete", runId: Object(results.remote).output.runId });
  });

  it("asks what a person has to decide there, and is answered by reply", async () => {
    const inner = gate();
    await using served = await serve({ teams: [inner.team] });
    const asked: string[] = [];
    const remote = a2aAgent({
      name: "remote",
      url: served.at,
      headers,
      allowPrivate: true,
      reply({ text, data }) {
        asked.push(text);
        expect(data).toMatchObject([{ questions: [{ verdict: { subject: "task" } }] }]);
        return { subject: "task", winner: "ship", why: "the outer team says so" };
      },
    });
    const outer = supervisor({ name: "outer", agents: { remote } });
    const { verdict } = await outer.run({ says: ["ship", "hold"] } satisfies Task);
    expect(verdict).toMatchObject({ winner: "ship" });
    expect(asked).toHaveLength(1);
  });

  it("is cancelled with it", async () => {
    const inner = gate();
    await using served = await serve({ teams: [inner.team] });
    const remote = a2aAgent({ name: "remote", url: served.at, headers, allowPrivate: true });
    const caller = new AbortController();
    const running = supervisor({ name: "outer", agents: { remote } }).run(
      { holds: true } satisfies Task,
      { signal: caller.signal },
    );
    while (inner.waiting.length === 0) await new Promise((resolve) => setImmediate(resolve));
    caller.abort(new Error("the caller went home"));
    await expect(running).rejects.toThrow("the caller went home");
    for await (const { type } of inner.team.backend.store.follow(
      (await inner.team.backend.store.runs())[0]?.runId ?? "",
    )) {
      if (type === "run.cancelled") break;
    }
    expect(await inner.team.backend.store.runs()).toMatchObject([{ status: "cancelled" }]);
  });

  it("is not asked without a token, and that is not tried again", async () => {
    const inner = gate();
    await using served = await serve({ teams: [inner.team] });
    const remote = a2aAgent({
      name: "remote",
      url: `${served.at}/a2a/gate`,
      allowPrivate: true,
      retries: 3,
    });
    const { results } = await supervisor({ name: "outer", agents: { remote } }).run({});
    expect(results.remote).toMatchObject({ status: "failed", attempts: 1 });
    expect(Object(results.remote).error.message).toMatch(/HTTP 401/);
    expect(inner.asked).toEqual([]);
  });
});
