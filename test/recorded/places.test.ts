import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { billOf, human, openQuestions, type CallPlace, type RunEvent } from "../../src/index.ts";
import { auditJudges } from "../../src/audit/audit.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { recordsOf } from "../../src/forecast/records.ts";
import { folder, quorate as command } from "../cli/command.ts";
import { tempPaths } from "../sqlite/temp-folder.ts";
import { placesTeam } from "./places-team.ts";

// As the last version left it that had the place of a call in its id alone: `done` has finished, the process of `killed` was killed
// while `late` was asked, and `waits` and `asks` wait for a person, `asks` in the second attempt of the team `board`. Never changed.
const FILE = join(import.meta.dirname, "places.db");
const tempPath = tempPaths();

function open(more: object = {}, also: Parameters<typeof placesTeam>[1] = {}) {
  const path = tempPath();
  copyFileSync(FILE, path);
  const store = sqlite({ path }).store;
  return { path, store, ...placesTeam({ backend: { store }, ...more }, also) };
}

const placeOf = ({ agent, role, team, teamAttempt, questionKey, via }: Partial<CallPlace>) =>
  JSON.parse(JSON.stringify({ agent, role, team, teamAttempt, questionKey, via })) as unknown;

describe("a log that has the places of its calls in their ids alone", () => {
  it("is read with the places as fields", async () => {
    const { store } = open();
    await using _store = store;
    const events = await store.read("done");
    const places = new Map(
      events.flatMap((event) => ("role" in event ? [[event.callId, placeOf(event)]] : [])),
    );
    const board = { team: "board" };
    const again = { team: "board", teamAttempt: 2 };
    const judge = { agent: "judge", role: "judge" };
    expect(Object.fromEntries(places)).toEqual({
      cheap: { agent: "cheap", role: "agent" },
      "cheap~strong": { agent: "cheap", role: "agent", via: { callId: "cheap", why: "tier" } },
      main: { agent: "main", role: "agent" },
      "main~other": { agent: "other", role: "agent", via: { callId: "main", why: "fallback" } },
      "main~other~strong": {
        agent: "other",
        role: "agent",
        via: { callId: "main~other", why: "tier" },
      },
      board: { agent: "board", role: "team" },
      "board/starts": { agent: "starts", role: "agent", ...board },
      "board/holds": { agent: "holds", role: "agent", ...board },
      "board~2/starts": { agent: "starts", role: "agent", ...again },
      "board~2/holds": { agent: "holds", role: "agent", ...again },
      "board~2/~judge/judge:task:1": { ...judge, ...again, questionKey: "judge:task:1" },
      "board~2/~judge/judge:task:2": { ...judge, ...again, questionKey: "judge:task:2" },
      late: { agent: "late", role: "agent" },
      "~judge/judge:task:1": { ...judge, questionKey: "judge:task:1" },
      "~judge/judge:task:2": { ...judge, questionKey: "judge:task:2" },
    });
    const planned = events.filter(({ type }) => type === "run.planned");
    expect(planned.map((event) => ("team" in event ? placeOf(event) : {}))).toEqual([
      {},
      board,
      again,
    ]);
  });

  it("is read the same in parts", async () => {
    const { store } = open();
    await using _store = store;
    const whole = await store.read("done");
    for (let from = 0; from < whole.length; from++) {
      expect(await store.read("done", from, 3)).toEqual(whole.slice(from, from + 3));
    }
  });

  it("is the log that the same run has today", async () => {
    const { store, team } = open();
    await using _store = store;
    await team.run("a release" as never, { runId: "today" });
    const shape = (events: readonly RunEvent[]) =>
      events
        // Its version gave none.
        .filter(({ type }) => type !== "notices.given")
        .map((event) =>
          "role" in event
            ? { type: event.type, callId: event.callId, ...(placeOf(event) as object) }
            : event.type,
        )
        .map((one) => JSON.stringify(one))
        .toSorted();
    expect(shape(await store.read("today"))).toEqual(shape(await store.read("done")));
  });

  it("has the bill, the outcome and the audit that it had", async () => {
    const { store, team, asked } = open();
    await using _store = store;
    const outcome = await team.resume("done");
    expect(asked).toEqual([]);
    expect(outcome.status).toBe("complete");
    expect(outcome.results).toMatchObject({
      cheap: { attempts: 2, answeredBy: "cheap~strong", output: { recommendation: "hold" } },
      main: { attempts: 3, answeredBy: "main~other~strong", output: { recommendation: "hold" } },
      board: { attempts: 2, cost: { usdMicros: 220 } },
      late: { output: { recommendation: "ship" } },
    });
    const events = await store.read("done");
    // Of what nobody reported it says today how many calls that were, too.
    expect(billOf(events)).toMatchObject(outcome.bill);
    expect(outcome.bill).toMatchObject({ calls: 14, attempts: 14 });
    expect(auditJudges(events)).toMatchObject([{ judge: "judge", questions: 2 }]);
  });

  it("is what a plan goes by", async () => {
    const { store } = open();
    await using _store = store;
    const records = await recordsOf(store, "places");
    // Dearer tiers and fallbacks are on their member's account, and a repeated team's calls on its agents'.
    expect(records.member("main")).toMatchObject({ micros: 60, calls: 3 });
    expect(records.member("board/holds")).toMatchObject({ micros: 10, calls: 2 });
    expect(records.judge("board/~judge")).toMatchObject({ micros: 200, calls: 2 });
    expect(records.member("board")).toMatchObject({ calls: 1 });
  });

  it("is gone on with, and only the agent asked that had not answered", async () => {
    const { store, team, asked } = open();
    await using _store = store;
    const { status, bill } = await team.resume("killed");
    expect(status).toBe("complete");
    expect(asked).toEqual(["late", "judge", "judge"]);
    expect(bill).toMatchObject({ calls: 14, attempts: 15, wasted: { inDoubt: { calls: 1 } } });
    expect(billOf(await store.read("killed"))).toEqual(bill);
  });

  it("serves a fork, and what is asked anew is asked anew in all its places", async () => {
    const { store, team, asked } = open();
    await using _store = store;
    expect((await team.fork("done")).status).toBe("complete");
    // What the board decided says how many were asked, as earlier versions did not: who is given it is asked anew.
    expect(asked).toEqual(["main", "starts", "late"]);
    // All of the team at both of its attempts, and of the others who is given what it decided.
    const anew = open();
    await using _anew = anew.store;
    await anew.team.fork("done", { from: "board" } as never);
    expect(anew.asked.toSorted()).toEqual(
      ["main", "starts", "starts", "holds", "holds", "judge", "judge", "late"].toSorted(),
    );
  });

  it("has a person's question answered, also one of a repeated team", async () => {
    const { store, team, asked } = open({ resolve: [human()] });
    await using _store = store;
    const why = "it was agreed";
    const decided = await team.decide("waits", { subject: "task", winner: "ship", why });
    expect([decided.status, decided.verdicts[0]?.by]).toEqual(["complete", "human"]);
    expect(asked).toEqual([]);

    const inner = open({}, { decides: [human()] });
    await using _inner = inner.store;
    const [question] = openQuestions(await inner.store.read("asks"));
    expect(question).toMatchObject({ team: "board", teamAttempt: 2 });
    const choice = { subject: "task", winner: "ship", why, team: "board" };
    const { status, results } = await inner.team.decide("asks", choice);
    expect(status).toBe("complete");
    expect(inner.asked).toEqual(["late", "judge", "judge"]);
    expect(results["board"]).toMatchObject({
      output: { verdicts: [{ winner: "ship", by: "human" }] },
    });
  });

  it("is shown by the command line, calls within the teams that they are of", async () => {
    const { path, store } = open();
    await store[Symbol.asyncDispose]();
    const said: string[] = [];
    for (const args of [["show", "done"], ["explain", "done"], ["bill"], ["audit", "judge"]]) {
      const { code, stdout, stderr } = await command([...args, "--db", path], folder());
      expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: "" });
      said.push(stdout);
    }
    expect(said[0]).toMatch(/board~2\/holds/);
  });
});
