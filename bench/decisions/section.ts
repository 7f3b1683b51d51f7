import type { Folder } from "./data.ts";

/** The figures of one method, by name; `null` if there is none. */
export type Figures = Readonly<Record<string, number | null>>;

/** One set's figures, by method. */
export type SetResult = Readonly<Record<string, Figures>>;

/** The result of one part of the benchmark. */
export interface SectionResult {
  /** One line for a person. */
  readonly title: string;
  /** How it was measured: a few short lines. */
  readonly notes: readonly string[];
  /** Figures by set and method, in the order in which they are shown. A mean over sets is one more "set". */
  readonly sets: Readonly<Record<string, SetResult>>;
  /** Figures that are whole numbers, or have another number of decimals than three: figure → decimals. */
  readonly decimals?: Readonly<Record<string, number>>;
}

/** The options of all sections. */
export interface SectionOptions {
  /** A folder to learn from, if another one is scored. */
  readonly fit?: Folder;
  /** Whether to make fewer draws, to try something out. */
  readonly quick: boolean;
}

/** A part of the benchmark. `undefined` if the folders have nothing for it. */
export type Section = (
  folders: readonly Folder[],
  options: SectionOptions,
) => Promise<SectionResult | undefined>;
