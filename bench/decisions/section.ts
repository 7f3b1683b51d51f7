import type { Folder } from "./data.ts";

/** What was measured of one method: figure → number; `null` where there is none. */
export type Figures = Readonly<Record<string, number | null>>;

/** One set's figures: method → figures. */
export type SetResult = Readonly<Record<string, Figures>>;

/** What one part of the benchmark found. */
export interface SectionResult {
  /** One line for a person. */
  readonly title: string;
  /** How it was measured: a few short lines. */
  readonly notes: readonly string[];
  /** Set → method → figures, in the order in which they are shown. A mean over sets is one more "set". */
  readonly sets: Readonly<Record<string, SetResult>>;
  /** Figures that are whole numbers, or have another number of decimals than three: figure → decimals. */
  readonly decimals?: Readonly<Record<string, number>>;
}

/** What all sections are told. */
export interface SectionOptions {
  /** A folder to learn from, where another one is scored. */
  readonly fit?: Folder;
  /** Fewer draws: for trying something out. */
  readonly quick: boolean;
}

/** A part of the benchmark. `undefined` where the folders have nothing for it. */
export type Section = (
  folders: readonly Folder[],
  options: SectionOptions,
) => Promise<SectionResult | undefined>;
