import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { billOf, conflictsOf, memory, type Outcome, type RunEvent } from "../../src/index.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { folder, quorate as command } from "../cli/command.ts";
import { earlyStopTeam } from "./early-stop-team.ts";

// The log and the outcome of a run that an earlier version made with `earlyStop`, an option that there was. Never changed.
const FILE = join(import.meta.dirname, "early-stop.json");
const recorded = JSON.parse(readFileSync(FILE, "utf8")) as {
  readonly events: readonly RunEvent[];
  readonly outcome: Outcome & { readonly conflicts: unknown };
};
const STOPPED = ["slow", "inner", "after"];

/** The first `count` events of the log in a store, as a process that was killed after them left it. */
function left(count: number) {
  const store = memory({ resumable: true }).store;
  store.append(structuredClone(recorded.events.slice(0, count)));
  store.release("done", 1);
  return { store, ...earlyStopTeam({ backend: { store } }) };
}

describe("a log of an earlier version, whose run was stopped early,", () => {
  it("gives the outcome that the run had, and asks nobody", async () => {
    const { team, asked } = left(recorded.events.length);
    const { conflicts, ...before } = recorded.outcome;
    const outcome = await team.resume("done");
    expect(outcome).toEqual({ ...before, verdict: outcome.verdicts[0], passed: null, notices: [] });
    expect(conflictsOf(outcome.verdicts)).toEqual(conflicts);
    expect(asked).toEqual([]);
    for (const name of STOPPED) {
      expect(recorded.outcome.results[name]).toMatchObject({ reason: "early-stop" });
    }
  });

  it("has the bill that the run had", () => {
    expect(billOf(recorded.events)).toEqual(recorded.outcome.bill);
    expect(recorded.outcome.bill.saved.earlyStop).toEqual({ calls: 5, usdMicros: "unknown" });
  });

  it("is gone on with from wherever its process was killed: who had answered is not asked again, and who was stopped is", async () => {
    for (let count = 1; count < recorded.events.length; count++) {
      const { team, clock, asked } = left(count);
      const resuming = team.resume("done");
      let over = false;
      const end = (): void => void (over = true);
      resuming.then(end, end);
      while (!over) await clock.next();
      const { status, verdicts, missing } = await resuming;
      expect([count, status, missing]).toEqual([count, "complete", []]);
      expect(verdicts).toMatchObject([{ status: "decided", winner: "hold", by: "vote" }]);
      const answered = recorded.events
        .slice(0, count)
        .flatMap((event) => (event.type === "call.succeeded" ? [event.callId] : []));
      expect(asked.toSorted()).toEqual(
        ["a", "after", "b", "c", "d", "e", "slow", "x", "y"].filter(
          (name) => !answered.includes(name),
        ),
      );
    }
  });

  it("serves a fork, which asks only those who were stopped", async () => {
    const { team, clock, asked } = left(recorded.events.length);
    const forking = team.fork("done");
    await clock.advance(200);
    expect((await forking).status).toBe("complete");
    expect(asked.toSorted()).toEqual(["after", "slow", "x", "y"]);
  });

  it("is shown by the command line", async () => {
    const cwd = folder();
    const path = join(cwd, "quorate.db");
    const store = sqlite({ path }).store;
    await store.append(structuredClone(recorded.events));
    await store.release("done", 1);
    await store[Symbol.asyncDispose]();
    const said: string[] = [];
    for (const args of [
      ["show", "done"],
      ["explain", "done"],
      ["bill"],
      ["show", "done", "--json"],
    ]) {
      const { code, stdout, stderr } = await command([...args, "--db", path], cwd);
      expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: "" });
      said.push(stdout);
    }
    expect(said[0]).toMatch(/slow +.*its answer could not change a verdict any more/);
    expect(said[2]).toMatch(/by stopping early/);
    expect(said[3]).toContain('"early-stop"');
  });
});
