import { describe } from "vitest";
import { forkLaws } from "./fork-laws.ts";
import { live } from "./live.ts";

describe("a run that is forked", () => {
  forkLaws(live);
});
