/** Those who are told of changes of values, by how the keys begin. */
export interface Watchers {
  /** Has `told` called until disposed. */
  add(prefix: string, told: () => void): Disposable;
  /** These values have been changed or removed. */
  tell(changed: readonly { readonly key: string }[]): void;
  tellAll(): void;
}

export function watchers(): Watchers {
  const all = new Set<{ readonly prefix: string; readonly told: () => void }>();
  return {
    add(prefix, told) {
      const one = { prefix, told };
      all.add(one);
      return { [Symbol.dispose]: () => void all.delete(one) };
    },
    tell(changed) {
      if (all.size === 0) return;
      // Of those who are told, some may leave or come.
      const now = [...all];
      for (const { prefix, told } of now) {
        if (changed.some(({ key }) => key.startsWith(prefix))) told();
      }
    },
    tellAll() {
      const now = [...all];
      for (const { told } of now) told();
    },
  };
}
