import { adaptive } from "./adaptive.ts";
import { boards } from "./boards.ts";
import { contradictions } from "./contradictions.ts";
import { crowd } from "./crowd.ts";
import { judges } from "./judges.ts";
import { panels } from "./panels.ts";
import { places } from "./places.ts";
import { scale } from "./scale.ts";
import type { Section } from "./section.ts";
import { tools } from "./tools.ts";

/** The parts of the benchmark, in the order in which they run. */
export const sections: Readonly<Record<string, Section>> = {
  crowd,
  panels,
  adaptive,
  tools,
  judges,
  boards,
  contradictions,
  places,
  scale,
};
