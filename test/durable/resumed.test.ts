// Whatever the team, and wherever it crashes: a run that is resumed comes to what it would have come to anyway.
//
//   npm run test:long                                                  thousands of teams
//   FC_RUNS=5000 vitest run test/durable/resumed.test.ts --testTimeout=0

import { describe } from "vitest";
import { crashLaws } from "./crash-laws.ts";
import { live } from "./live.ts";

describe("a run that crashed", () => {
  crashLaws(live);
});
