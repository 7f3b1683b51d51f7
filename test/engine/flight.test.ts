import { describe, expect, it } from "vitest";
import { Cancellation } from "../../src/async/cancellation.ts";
import { NOTHING, takeOff } from "../../src/engine/flight.ts";

describe("a call that others wait for", () => {
  it("is not cancelled by a run that had its answer and is cancelled later", async () => {
    const flight = takeOff(new Map(), "key", async () => NOTHING);
    const own = new Cancellation();
    expect(await flight.wait(own)).toEqual(NOTHING);
    own.cancel(new Error("enough"));
    expect(flight.cancellation.cancelled).toBe(false);
  });
});
