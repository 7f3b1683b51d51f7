import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";

/** An item with its truth. */
export interface Item {
  readonly item: string;
  readonly truth: string;
  /** Subset, subject or weakness category. */
  readonly group?: string;
}

/** One agent's answer about one item. */
export interface Vote {
  readonly item: string;
  readonly agent: string;
  /** For judges: `ab` if the candidates were in the listed order, `ba` if they were swapped. The label is un-swapped. */
  readonly order?: "ab" | "ba";
  /** A class; `"tie"` if a judge declared one; `null` if the answer could not be used. */
  readonly label: string | null;
  readonly margin?: number;
  /** Micro-dollars, estimated. */
  readonly cost?: number;
}

/** The metadata of a set. */
export interface Meta {
  readonly name: string;
  readonly kind: "crowd" | "llm-judge" | "llm-agent" | "tools";
  readonly what: string;
  readonly licence: string;
  readonly classes: readonly string[];
  /** Whether a class means the same in every item. */
  readonly labels: "fixed" | "arbitrary";
}

/** One set of decisions. */
export interface DataSet {
  readonly meta: Meta;
  /** Only items with a truth. */
  readonly items: readonly Item[];
  /** May name further items, which are learned from but never scored. */
  readonly votes: readonly Vote[];
}

/** A folder of sets. */
export interface Folder {
  readonly dir: string;
  /** The names of its sets, in code-unit order. */
  readonly names: readonly string[];
  /** The sets' metadata, in the order of `names`. */
  readonly metas: readonly Meta[];
  /** Reads a set whole. It is not kept: the larger ones have 100,000 votes and more. */
  readonly read: (name: string) => DataSet;
}

/** The folder, or `undefined` if there is none. Throws for a set that cannot be read. */
export function openFolder(dir: string): Folder | undefined {
  if (!existsSync(dir)) return undefined;
  const names = readdirSync(dir)
    .filter((file) => file.endsWith(".meta.json"))
    .map((file) => basename(file, ".meta.json"))
    .sort();
  const metas = names.map(
    (name) => JSON.parse(readFileSync(join(dir, `${name}.meta.json`), "utf8")) as Meta,
  );
  const metaOf = new Map(names.map((name, i) => [name, metas[i]]));
  return {
    dir: resolve(dir),
    names,
    metas,
    read(name) {
      const meta = metaOf.get(name);
      if (meta === undefined) throw new Error(`${dir} has no set called ${name}`);
      return {
        meta,
        items: lines<Item>(join(dir, `${name}.items.jsonl.gz`)),
        votes: lines<Vote>(join(dir, `${name}.votes.jsonl.gz`)),
      };
    },
  };
}

/** A file of one JSON value per line, packed or not. */
export function lines<T>(file: string): readonly T[] {
  const bytes = readFileSync(file);
  const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);
}
