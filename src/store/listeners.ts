/** Those who are told when something has happened to a thing of a name. */
export interface Listeners {
  /** Has `told` called until disposed. */
  add(name: string, told: () => void): Disposable;
  tell(name: string): void;
  /** Tells those whose name is how a changed key begins. */
  tellPrefixesOf(changed: readonly { readonly key: string }[]): void;
  tellAll(): void;
  readonly size: number;
}

export function listeners(): Listeners {
  const byName = new Map<string, Set<() => void>>();
  return {
    add(name, told) {
      const known = byName.get(name) ?? new Set();
      byName.set(name, known);
      // Another one, also where the same function is added twice.
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
      // Of those who are told, some may leave or come.
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
