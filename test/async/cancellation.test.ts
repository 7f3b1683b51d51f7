import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { Cancellation, cancelWith, follow } from "../../src/async/cancellation.ts";
import { orCancelled } from "../../src/async/or-cancelled.ts";
import { sleep } from "../../src/async/sleep.ts";
import { virtualClock } from "../../src/testing/index.ts";

describe("a cancellation", () => {
  it("tells every watcher once, with the first reason", () => {
    const cancellation = new Cancellation();
    const heard: unknown[] = [];
    cancellation.watch((reason) => heard.push(["a", reason]));
    cancellation.watch((reason) => heard.push(["b", reason]));
    cancellation.cancel("first");
    cancellation.cancel("second");
    cancellation.watch((reason) => heard.push(["late", reason]));
    expect(heard).toEqual([
      ["a", "first"],
      ["b", "first"],
      ["late", "first"],
    ]);
  });

  it("tells nobody who has left", () => {
    const [outer, inner] = [new Cancellation(), new Cancellation()];
    cancelWith(outer, inner)[Symbol.dispose]();
    outer.cancel("reason");
    expect([outer.cancelled, inner.cancelled]).toEqual([true, false]);
  });

  it("follows a signal until it is disposed, and leaves no listener", () => {
    const controller = new AbortController();
    const [followed, left] = [new Cancellation(), new Cancellation()];
    const following = follow(controller.signal, followed);
    follow(controller.signal, left)[Symbol.dispose]();
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(1);
    controller.abort("reason");
    following[Symbol.dispose]();
    expect([followed.reason, left.cancelled]).toEqual(["reason", false]);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  });

  it("cuts a sleep short, and its timer with it", async () => {
    const clock = virtualClock();
    const cancellation = new Cancellation();
    const slept = sleep(clock, 1_000, cancellation);
    cancellation.cancel("reason");
    await expect(slept).rejects.toBe("reason");
    expect(clock.pending).toBe(0);
  });

  it("answers for a promise that never settles", async () => {
    const cancellation = new Cancellation();
    const waited = orCancelled(new Promise(() => {}), cancellation);
    cancellation.cancel("reason");
    await expect(waited).rejects.toBe("reason");
  });
});
