import { readdirSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { System } from "../systems/system.ts";

/** What a system does for each call, in a word or two; what it does not do is left out. */
export interface Included {
  /** What ends an attempt that takes too long. */
  readonly timeout?: string;
  /** Whether an attempt that failed is repeated. */
  readonly retry?: string;
  /** What bounds how many calls are at work at once. */
  readonly limit?: string;
  /** Where what happened can be read afterwards. */
  readonly log?: string;
  /** Whether the answers are compared, and what is contested is decided. */
  readonly verdict?: string;
}

/** A system that is measured: one file of `systems`, which exports it as `peer`. */
export interface Peer {
  /** What W7 imports, as seen from this folder; undefined where there is nothing to import. */
  readonly imports?: string;
  readonly included: Included;
  /** Loads it. The file itself imports none of the system's packages: others are measured in the same program. */
  readonly load: () => Promise<System>;
}

/** Every file of `systems`, by its name: whoever adds a file has added a peer. */
export const peers: ReadonlyMap<string, Peer> = new Map(
  await Promise.all(
    readdirSync(resolve(import.meta.dirname, "systems"))
      .toSorted()
      .map(async (file) => {
        const { href } = new URL(`systems/${file}`, import.meta.url);
        const { peer } = (await import(href)) as { readonly peer: Peer };
        return [basename(file, ".ts"), peer] as const;
      }),
  ),
);

/** Loads the one that is asked for. */
export async function loadPeer(name: string): Promise<System> {
  const peer = peers.get(name);
  if (peer === undefined) throw new Error(`There is no peer called ${name}.`);
  return peer.load();
}
