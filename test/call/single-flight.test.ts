import { describe, expect, it } from "vitest";
import { Cancellation } from "../../src/async/cancellation.ts";
import { PassingMap } from "../../src/model/passing-map.ts";
import { NO_RESULT, startFlight } from "../../src/call/cache/single-flight.ts";

describe("a call that others wait for", () => {
  it("is not cancelled by a run that had its answer and is cancelled later", async () => {
    const flight = startFlight(new PassingMap(), "key", async () => NO_RESULT);
    const own = new Cancellation();
    expect(await flight.wait(own)).toEqual(NO_RESULT);
    own.cancel(new Error("enough"));
    expect(flight.cancellation.cancelled).toBe(false);
  });
});
