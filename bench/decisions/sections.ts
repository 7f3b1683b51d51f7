import { crowd } from "./crowd.ts";
import { judges } from "./judges.ts";
import type { Section } from "./section.ts";

/** The parts of the benchmark, in the order in which they run. */
export const sections: Readonly<Record<string, Section>> = { crowd, judges };
