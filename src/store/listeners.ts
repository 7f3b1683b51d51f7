import { PassingMap } from "../model/passing-map.ts";

/** Callbacks by name, which are called when something happens under that name. */
export interface Listeners {
  /** Has `told` called until disposed. */
  add(name: string, told: () => void): Disposable;
  tell(name: string): void;
  /** Calls those whose name is a prefix of a changed key. */
  tellPrefixesOf(changed: readonly { readonly key: string }[]): void;
  tellAll(): void;
  readonly size: number;
}

export function listeners(): Listeners {
  const byName = new PassingMap<string, Set<() => void>>();
  return {
    add(name, told) {
      const known = byName.get(name) ?? new Set();
      byName.set(name, known);
      // A new one, even if the same function is added twice.
      const one = (): void => told();
      known.add(one);
      return {
        [Symbol.dispose]() {
          known.delete(one);
          if (known.size === 0 && byName.get(name) === known) byName.delete(name);
        },
      };
    },
    tell(name) {
      for (const told of byName.get(name) ?? []) told();
    },
    tellPrefixesOf(changed) {
      if (byName.size === 0) return;
      // Callbacks may add or remove others.
      const listening = [...byName];
      for (const [name, all] of listening) {
        if (!changed.some(({ key }) => key.startsWith(name))) continue;
        const now = [...all];
        for (const told of now) told();
      }
    },
    tellAll() {
      for (const all of byName.values()) for (const told of all) told();
    },
    get size() {
      return byName.size;
    },
  };
}
