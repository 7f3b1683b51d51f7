import { describe, expect, it } from "vitest";
import { agent, memory, supervisor } from "../../src/index.ts";
import { rejection } from "../team/rejection.ts";

const one = agent({ name: "one", run: (task: string) => task });
const setUp = (options: object = {}) => {
  const store = memory({ resumable: true }).store;
  return {
    store,
    team: supervisor({ name: "team", agents: { one }, backend: { store }, ...options }),
  };
};
const whose = { tenant: "acme", tags: { branch: "main" } };

describe("a run's tenant and tags", () => {
  it("stand in its first event and in lists, and stay when it is gone on with", async () => {
    const { store, team } = setUp();
    await team.run("x", { runId: "mine", ...whose });
    await team.resume("mine");
    expect(store.read("mine")[0]).toMatchObject({ type: "run.started", ...whose });
    expect(store.runs({ tenant: "acme", tag: { branch: "main" } })).toMatchObject([whose]);
  });

  it("are those of each of many tasks", async () => {
    const { store, team } = setUp();
    for await (const _ of team.runMany(["x", "y"], whose));
    expect(store.runs({ tenant: "acme" })).toHaveLength(2);
  });

  it("are a fork's too, where it is given no others", async () => {
    const { store, team } = setUp();
    await team.run("x", { runId: "mine", ...whose });
    await team.fork("mine", { runId: "same" });
    await team.fork("mine", { runId: "other", tenant: "other", tags: {} });
    expect(store.run("same")).toMatchObject(whose);
    expect(store.run("other")).toMatchObject({ tenant: "other", tags: {} });
  });

  it("keep a run of one id from another tenant", async () => {
    const { team } = setUp();
    await team.run("x", { runId: "mine", ...whose });
    expect(await rejection(team.run("x", { runId: "mine", tenant: "other" }))).toMatchObject({
      code: "RUN_ID_TAKEN",
    });
    expect(await team.run("x", { runId: "mine", ...whose })).toMatchObject({ runId: "mine" });
    const both = ["a", "b"].map((tenant) => team.run("x", { runId: "two", tenant }));
    expect(await Promise.allSettled(both)).toMatchObject([
      { status: "fulfilled" },
      { status: "rejected", reason: { code: "RUN_ID_TAKEN" } },
    ]);
  });

  it.each([
    [{ tenant: "" }, /tenant is ""; use a text of 1 to 200/],
    [{ tenant: "a\nb" }, /tenant is/],
    [{ tenant: 1 }, /tenant is 1/],
    [{ tags: ["main"] }, /tags is a list; use at most 50/],
    [{ tags: { "a=b": "c" } }, /tags has a name that is "a=b"/],
    [{ tags: { branch: 1 } }, /tags\.branch is 1; use a text/],
    [{ tags: { branch: "x".repeat(501) } }, /use a text of at most 500/],
    [{ tags: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`t${n}`, ""])) }, /50 texts/],
    [{ tgas: {} }, /did you mean tags\?/],
  ])("refuse what cannot be meant: %o", async (options, why) => {
    const { team } = setUp();
    expect(await rejection(team.run("x", options as never))).toMatchObject({
      code: "BAD_OPTIONS",
      message: expect.stringMatching(why),
    });
  });

  it("are refused where they have something in them that is taken out of the task", async () => {
    const { store, team } = setUp({
      agents: { one: agent({ name: "one", run: (task: { token: string }) => task.token.length }) },
      redact: ["token"],
    });
    for (const options of [{ tenant: "s3cret" }, { tags: { of: "the s3cret" } }]) {
      const run = team.run({ token: "s3cret" } as never, options);
      expect(await rejection(run)).toMatchObject({ code: "BAD_OPTIONS" });
    }
    expect(store.runs()).toEqual([]);
  });
});
