import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { agent, supervisor, type Schema } from "../../src/index.ts";
import { thenable } from "./thenable.ts";

/** A schema that answers with something to wait for that is no promise of this realm. */
function schemaOf(answer: (value: unknown) => unknown): Schema {
  return { "~standard": { version: 1, vendor: "test", validate: answer as never } };
}

const foreign = (result: unknown): unknown =>
  runInNewContext("Promise.resolve(result)", { result }) as unknown;
const lazy = (result: unknown): unknown =>
  thenable(((resolve: (value: unknown) => void) => resolve(result)) as never);

describe.each([
  ["a promise of another realm", foreign],
  ["a thenable", lazy],
])("a schema that answers with %s", (_, later) => {
  const good = schemaOf((value) => later({ value: { made: value } }));
  const bad = schemaOf(() => later({ issues: [{ message: "too short" }] }));

  it("is waited for when it checks a task and an output", async () => {
    const a = agent({ name: "a", input: good, output: good, run: (task) => task });
    const team = supervisor({ name: "team", agents: { a } });
    expect((await team.run("x")).results.a).toMatchObject({
      status: "ok",
      output: { made: { made: "x" } },
    });
  });

  it("refuses an output by the issues that it finds", async () => {
    const a = agent({ name: "a", retries: 0, output: bad, run: () => "x" });
    const team = supervisor({ name: "team", agents: { a } });
    expect((await team.run("x")).results.a).toMatchObject({
      error: { code: "OUTPUT_INVALID", issues: [{ message: "too short" }] },
    });
  });

  it("refuses a task by the issues that it finds", async () => {
    const a = agent({ name: "a", input: bad, run: () => "x" });
    const team = supervisor({ name: "team", agents: { a } });
    await expect(team.run("x")).rejects.toMatchObject({ code: "INPUT_INVALID" });
  });
});
