/**
 * A map whose entries come and go as long as the process lives. V8 keeps, in each table that a map has outgrown, a pointer to the table that
 * replaced it: once the collector has moved one such table to the old generation, it keeps all later ones, with everything that was ever in them,
 * until its next full collection. This map takes a fresh table of its own often enough for such a row of tables to stay short.
 */
export class PassingMap<K, V> implements Iterable<[K, V]> {
  #now = new Map<K, V>();
  #deleted = 0;

  get size(): number {
    return this.#now.size;
  }

  get(key: K): V | undefined {
    return this.#now.get(key);
  }

  has(key: K): boolean {
    return this.#now.has(key);
  }

  set(key: K, value: V): void {
    this.#now.set(key, value);
  }

  /** Whoever is iterating meanwhile may still come to the deleted entry, and may not come to entries that are added later. */
  delete(key: K): boolean {
    if (!this.#now.delete(key)) return false;
    this.#deleted += 1;
    if (this.#deleted > Math.max(MOST_DELETED, this.#now.size)) {
      this.#deleted = 0;
      this.#now = new Map(this.#now);
    }
    return true;
  }

  clear(): void {
    this.#now = new Map();
    this.#deleted = 0;
  }

  /** In the order in which they were added. */
  keys(): IterableIterator<K> {
    return this.#now.keys();
  }

  values(): IterableIterator<V> {
    return this.#now.values();
  }

  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.#now.entries();
  }
}

/** The fewest deleted entries that are worth a new table. */
const MOST_DELETED = 32;
