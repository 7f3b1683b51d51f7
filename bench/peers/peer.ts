import { readdirSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { System } from "../systems/system.ts";

/** What a system does for each call, in a word or two; anything that it does not do is left out. */
export interface Included {
  /** How an attempt that takes too long is ended. */
  readonly timeout?: string;
  /** Whether a failed attempt is retried. */
  readonly retry?: string;
  /** What limits the number of calls at once. */
  readonly limit?: string;
  /** Where what happened can be read afterwards. */
  readonly log?: string;
  /** Whether a call has a key made from its content. */
  readonly key?: string;
  /** What a caller gets about agents that fail. */
  readonly outcome?: string;
  /** Whether answers are compared, and conflicts decided. */
  readonly verdict?: string;
  /** What only this system pays for. */
  readonly besides?: string;
}

/** The workloads that need a function of a system. */
export type Job = "W1" | "W2" | "W3" | "W4" | "W5";

/** A system that is measured: one file of `systems`, which exports it as `peer`. */
export interface Peer {
  /** What W7 imports, as seen from this folder; undefined if there is nothing to import. */
  readonly imports?: string;
  /** The packages to install for it, if they differ from what is imported. */
  readonly packages?: readonly string[];
  /** In workloads with many coordinations it gets this many times fewer, because each takes so much longer. */
  readonly slower?: number;
  readonly included: Included;
  /** What it cannot do, and why. */
  readonly cannot?: Partial<Readonly<Record<Job, string>>>;
  /** Loads it, without what it cannot do. The file itself imports none of the system's packages: others are measured in the same program. */
  readonly load: () => Promise<Partial<System>>;
}

/** Every file of a folder that exports one thing by a name, by the file's name. */
export async function filesOf<T>(folder: string, name: string): Promise<ReadonlyMap<string, T>> {
  const files = readdirSync(resolve(import.meta.dirname, folder)).toSorted();
  return new Map(
    await Promise.all(
      files.map(async (file) => {
        const { href } = new URL(`${folder}/${file}`, import.meta.url);
        const loaded = (await import(href)) as Readonly<Record<string, T>>;
        return [basename(file, ".ts"), loaded[name] as T] as const;
      }),
    ),
  );
}

/** Every file of `systems`, by its name: to add a peer, add a file. */
export const peers: ReadonlyMap<string, Peer> = await filesOf("systems", "peer");

/** The systems that can do a job. */
export function ableTo(job: Job): readonly string[] {
  return [...peers].flatMap(([name, { cannot = {} }]) => (job in cannot ? [] : [name]));
}

/** Loads one system. */
export async function loadPeer(name: string): Promise<System> {
  const peer = peers.get(name);
  if (peer === undefined) throw new Error(`There is no peer called ${name}.`);
  return (await peer.load()) as System;
}
