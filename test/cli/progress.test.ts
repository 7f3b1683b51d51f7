import { describe, expect, it } from "vitest";
import { showProgress, type Watched } from "../../src/cli/shown/progress.ts";
import { events, runId } from "./a-run.ts";
import { piped } from "./piped.ts";

function watched(outcome: Promise<string>, breaks?: Error): Watched<string> {
  return {
    runId,
    outcome,
    async *[Symbol.asyncIterator]() {
      yield* events();
      await Promise.resolve();
      if (breaks !== undefined) throw breaks;
    },
  };
}

describe("showProgress", () => {
  it("shows every event and gives the outcome", async () => {
    const screen = piped();
    await expect(
      showProgress(watched(Promise.resolve("done")), { terminal: screen }),
    ).resolves.toBe("done");
    expect(screen.printed.at(-1)).toMatch(/run partial$/);
  });

  it("rejects with what the run rejects with", async () => {
    const cancelled = new Error("cancelled by its caller");
    await expect(
      showProgress(watched(Promise.reject(cancelled)), { terminal: piped() }),
    ).rejects.toBe(cancelled);
    await expect(
      showProgress(watched(Promise.reject(cancelled), cancelled), { terminal: piped() }),
    ).rejects.toBe(cancelled);
  });

  it("rejects when the stream breaks off, even where there is an outcome", async () => {
    const broken = new Error("the reader broke");
    await expect(
      showProgress(watched(Promise.resolve("done"), broken), { terminal: piped() }),
    ).rejects.toBe(broken);
  });

  it("can leave the verdicts to a report", async () => {
    const screen = piped();
    await showProgress(watched(Promise.resolve("done")), { terminal: screen, verdicts: false });
    expect(screen.printed.join("\n")).not.toMatch(/verdict|disagreement/);
  });
});
