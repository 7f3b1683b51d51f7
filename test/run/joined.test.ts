import { describe, expect, it } from "vitest";
import { agent, human, memory, supervisor, unanimous, type Clock } from "../../src/index.ts";
import { scripted, virtualClock } from "../../src/testing/index.ts";

const RUN = { runId: "run" };

/** A team of one agent, which needs a second. */
function slowTeam(clock: Clock, backend = memory({ resumable: true, clock })) {
  const slow = agent({
    name: "slow",
    run: (_task: string, { signal }) =>
      new Promise<string>((resolve, reject) => {
        signal.addEventListener("abort", () => reject(new Error("stopped")));
        clock.timer(1_000, () => resolve("ship"));
      }),
  });
  return { backend, team: supervisor({ name: "team", agents: { slow }, backend, clock }) };
}

describe("a caller who joined a run of the same id", () => {
  it("gets its outcome, where the caller who had begun it has left", async () => {
    const clock = virtualClock();
    const { team, backend } = slowTeam(clock);
    const controller = new AbortController();
    const first = team.run("task", { ...RUN, signal: controller.signal });
    const firstEnds = first.catch((error: unknown) => error);
    const second = team.run("task", RUN);
    const third = team.run("task", RUN);
    await clock.advance(100);
    const reason = new Error("of the first caller");
    controller.abort(reason);
    await clock.advance(10_000);
    expect(await firstEnds).toBe(reason);
    expect((await second).status).toBe("complete");
    expect(await third).toBe(await second);
    expect(backend.store.run("run")).toMatchObject({ status: "complete" });
  });

  it("gets its outcome, and its events, where the stream of the run was left", async () => {
    const clock = virtualClock();
    const { team } = slowTeam(clock);
    const first = team.stream("task", RUN);
    const firstEnds = first.outcome.catch((error: unknown) => error);
    const second = team.stream("task", RUN);
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { type } of second) seen.push(type);
    })();
    await clock.advance(100);
    void first[Symbol.asyncIterator]().return?.();
    await clock.advance(10_000);
    await reading;
    expect(await firstEnds).toMatchObject({ code: "CANCELLED" });
    expect((await second.outcome).status).toBe("complete");
    expect(seen[0]).toBe("run.started");
    expect(seen.at(-1)).toBe("run.finished");
  });

  it("gets the reason, where somebody asked to cancel the run", async () => {
    const clock = virtualClock();
    const { team, backend } = slowTeam(clock);
    const ends = [team.run("task", RUN), team.run("task", RUN)].map((one) =>
      one.catch((error: unknown) => error),
    );
    await clock.advance(100);
    expect(await team.cancel("run", "enough")).toBe("asked");
    await clock.advance(10_000);
    for (const end of ends) expect(await end).toMatchObject({ code: "CANCELLED" });
    expect(backend.store.run("run")).toMatchObject({ status: "cancelled" });
  });

  it("is told that the run cannot go on, where its backend keeps none", async () => {
    const clock = virtualClock();
    const { team } = slowTeam(clock, memory({ clock }));
    const controller = new AbortController();
    const first = team.run("task", { ...RUN, signal: controller.signal });
    const firstEnds = first.catch((error: unknown) => error);
    const secondEnds = team.run("task", RUN).catch((error: unknown) => error);
    await clock.advance(100);
    controller.abort("enough");
    await clock.advance(10_000);
    expect(await firstEnds).toBe("enough");
    expect(await secondEnds).toMatchObject({ code: "NOT_RESUMABLE" });
  });
});

describe("runs of the same id in several backends", () => {
  it("are several runs", async () => {
    const clock = virtualClock();
    const { team, backend: one } = slowTeam(clock);
    const other = memory({ resumable: true, clock });
    const runs = [one, other].map((backend) => team.run("task", { ...RUN, backend }));
    await clock.advance(10_000);
    const outcomes = await Promise.all(runs);
    expect(outcomes[0]).not.toBe(outcomes[1]);
    for (const { store } of [one, other])
      expect(await store.run("run")).toMatchObject({ status: "complete" });
  });

  it("may have other tasks", async () => {
    const clock = virtualClock();
    const { team, backend: one } = slowTeam(clock);
    const other = memory({ resumable: true, clock });
    const runs = [one, other].map((backend, index) =>
      team.run(`task ${index}`, { ...RUN, backend }),
    );
    await clock.advance(10_000);
    for (const run of runs) expect((await run).status).toBe("complete");
  });

  it("keep their own secrets while they wait for a person", async () => {
    const backends = [memory({ resumable: true }), memory({ resumable: true })];
    const says = (name: string) => scripted(name, [{ output: name }, { output: name }]);
    const team = supervisor({
      name: "team",
      agents: { a: says("a"), b: says("b") },
      resolve: [unanimous(), human()],
      redact: ["pin"],
    });
    for (const [index, backend] of backends.entries()) {
      const task = { pin: `secret-${index}` };
      expect((await team.run(task, { ...RUN, backend })).status).toBe("waiting");
    }
    for (const [index, backend] of backends.entries()) {
      const input = { pin: `secret-${index}` };
      const decision = { subject: "task", winner: "a", why: `because of secret-${index}` };
      await team.decide("run", decision, { backend, input });
      const log = await backend.store.read("run");
      const decided = log.find(({ type }) => type === "person.decided");
      expect(decided).toMatchObject({ why: "because of [redacted]" });
    }
  });
});
