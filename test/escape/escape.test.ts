import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";

interface Walked {
  readonly escaped: readonly string[];
  readonly told: Readonly<Record<string, string>>;
}

let walked: Walked;
let exitCode: number | null;

beforeAll(async () => {
  const child = spawn(process.execPath, [fileURLToPath(new URL("process.ts", import.meta.url))]);
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
  exitCode = await new Promise((resolve) => child.on("close", resolve));
  walked = JSON.parse(printed) as Walked;
});

const AT_ONCE = "returned a promise; it must return its value at once";
const UNAWAITED = "a Promise that was not awaited";

describe("a promise where none belongs", () => {
  it("is never an unhandled rejection, wherever and in whatever it comes in", () => {
    expect(walked.escaped).toEqual([]);
    expect(exitCode).toBe(0);
  });

  it.each([
    ["agent.claims", `the claims of odd cannot be read: its function ${AT_ONCE}`],
    ["agent.maxCost", `the maxCost of odd failed: it ${AT_ONCE}`],
    ["agent.limiters", `limiters failed: it ${AT_ONCE}`],
    ["supervisor.inputs", `the input of ship cannot be made: its function ${AT_ONCE}`],
    ["supervisor.compare", "it returned object (a promise), not true or false at once"],
    ["supervisor.compare, a comparator", `the comparison \\"own\\" failed: it ${AT_ONCE}`],
    ["supervisor.similar", `the comparison \\"own\\" failed: it ${AT_ONCE}`],
    ["supervisor.answer", `the output of inner has ${UNAWAITED}`],
    ["supervisor.redact", `redact ${AT_ONCE}`],
    ["supervisor.executor", `executor ${AT_ONCE}`],
    ["resolver.agreed", `own deferred: it failed: it ${AT_ONCE}`],
    ["reliability.topicOf", `topicOf ${AT_ONCE}`],
    ["learn.topicOf", `topicOf ${AT_ONCE}`],
    ["runMany.key", `key ${AT_ONCE}`],
    ["codec.encode", "returned a promise instead of a string"],
    ["store.values.change", UNAWAITED],
    ["run(task)", `the task of supervisor "team" has ${UNAWAITED}; use plain JSON values`],
    ["run(task) under an id", UNAWAITED],
    ["plan(task)", UNAWAITED],
    ["runMany(tasks), one of them", UNAWAITED],
    ["context.emit", `(not shown: what odd emitted has ${UNAWAITED}; emit plain JSON values)`],
    ["a claim's position", `a position has ${UNAWAITED}; use plain JSON values`],
    ["a claim's evidence", "evidence of type object"],
    ["settle(), a claim's position", UNAWAITED],
    ["findConflicts(), a claim's position", UNAWAITED],
  ])("given by %s, is told of in a sentence", (seam, sentence) => {
    expect(walked.told[seam]).toContain(sentence);
  });
});
