import { describe, expect, it } from "vitest";
import { Cancellation } from "../../src/async/cancellation.ts";
import { PassingMap } from "../../src/model/passing-map.ts";
import { fly, NO_RESULT } from "../../src/call/cache/single-flight.ts";

describe("a call that others wait for", () => {
  it("is not cancelled by a run that had its answer and is cancelled later", async () => {
    const own = new Cancellation();
    let unwanted: Cancellation | undefined;
    const flight = fly(new PassingMap(), "key", own, async (cancellation) => {
      unwanted = cancellation;
      return NO_RESULT;
    });
    expect(await flight).toEqual(NO_RESULT);
    own.cancel(new Error("enough"));
    expect(unwanted?.cancelled).toBe(false);
  });
});
