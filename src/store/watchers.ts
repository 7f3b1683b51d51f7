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
      // Of those who are told, some may leave or come.
      for (const { prefix, told } of all.size === 0 ? [] : [...all]) {
        if (changed.some(({ key }) => key.startsWith(prefix))) told();
      }
    },
    tellAll() {
      for (const { told } of [...all]) told();
    },
  };
}
