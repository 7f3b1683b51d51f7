import { didYouMean } from "../check/did-you-mean.ts";
import type { Json } from "../model/json.ts";

/** A path that matches nothing in a run. */
export interface UnmatchedPath {
  /** As it was given. */
  readonly path: string;
  /** The name of a member that may have been meant, if there is one. */
  readonly near?: string;
}

/** Checks in the values of one run whether paths match anything. */
export interface PathWatch {
  look(value: Json): void;
  /** Those that have matched nothing so far. */
  unmatched(): readonly UnmatchedPath[];
}

// A path may lead through very many items; the check stops here.
const MAX_STEPS = 10_000;
const MAX_NAMES = 100;

export function watchPaths(paths: readonly (readonly string[])[]): PathWatch {
  const open = new Map(paths.map((path) => [path.join("."), path] as const));
  const near = new Map<string, string>();
  return {
    look(value) {
      for (const [name, path] of open) {
        const found = lookup(value, path);
        if (found === true) open.delete(name);
        else if (found !== undefined && !near.has(name)) near.set(name, found);
      }
    },
    unmatched() {
      return [...open.keys()].map((path) => {
        const name = near.get(path);
        return name === undefined ? { path } : { path, near: name };
      });
    },
  };
}

/** Whether a path matches anything in a value; else the name of a member that may have been meant, if there is one. */
function lookup(value: Json, path: readonly string[]): true | string | undefined {
  let steps = 0;
  let meant: string | undefined;
  function leads(from: Json, at: number): boolean {
    const name = path[at];
    if (name === undefined) return true;
    if (++steps > MAX_STEPS || typeof from !== "object" || from === null) return false;
    const members = from as Readonly<Record<string, Json>>;
    if (name === "*") return Object.values(members).some((member) => leads(member, at + 1));
    if (Object.hasOwn(members, name)) return leads(members[name] as Json, at + 1);
    if (!Array.isArray(from)) meant ??= nearTo(name, Object.keys(members).slice(0, MAX_NAMES));
    return false;
  }
  return leads(value, 0) || meant;
}

/** A name that differs by a letter or two, or by case; one with only the same beginning is another word. */
function nearTo(name: string, names: readonly string[]): string | undefined {
  const [given, ...others] = [name, ...names].map((one) => one.toLowerCase());
  const apart = names.filter((_, i) => {
    const other = others[i] ?? "";
    return other === given || !(other.startsWith(given ?? "") || given?.startsWith(other) === true);
  });
  return didYouMean(name, apart);
}
