import { resolve, sep } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { agent, supervisor } from "../../src/index.ts";

/**
 * How many frames of `src` stand between `supervisor.run` and an agent's `run` when everything is at its default. A change
 * that needs fewer lowers this number, and none raises it.
 */
const MOST_FRAMES = 12;

const src = `${resolve(import.meta.dirname, "../../src")}${sep}`;

const { stackTraceLimit } = Error;
beforeEach(() => {
  Error.stackTraceLimit = Number.POSITIVE_INFINITY;
});
afterEach(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

/** The stack within an agent's `run`, innermost first, synchronous and asynchronous frames down to this function. */
async function askAnAgent(): Promise<readonly string[]> {
  let stack = "";
  const asked = agent({
    name: "asked",
    run: async () => {
      stack = new Error("asked").stack ?? "";
      return 1;
    },
  });
  await supervisor({ name: "team", agents: { asked } }).run("task");
  return stack.split("\n");
}

describe("the way from supervisor.run to an agent", () => {
  it("takes no more frames of the library than it took when they were last recorded", async () => {
    const frames = await askAnAgent();
    // Where it is missing, a promise that is not awaited cut the stack, and what lies below the cut would not be counted.
    expect(frames.join("\n")).toContain(askAnAgent.name);
    const own = frames.filter((frame) => frame.includes(src));
    // Once supervisor.run has returned its promise, it has no frame.
    const isEntry = /^ +at (?:async )?(?:Object\.)?run \(/.test(own.at(-1) ?? "");
    const between = isEntry ? own.slice(0, -1) : own;
    expect(between).not.toEqual([]);
    if (between.length > MOST_FRAMES) {
      expect.fail(`${between.length} frames; ${MOST_FRAMES} were recorded:\n${between.join("\n")}`);
    }
  });
});
