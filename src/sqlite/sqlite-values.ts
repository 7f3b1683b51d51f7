import type { Json } from "../model/json.ts";
import {
  checkChange,
  checkKey,
  checkKeyPart,
  checkWatch,
  LIST,
  makeValues,
  ofOne,
  type ValueChange,
} from "../store/check-value.ts";
import {
  DEFAULT_VALUES_LIMIT,
  type ChangeOptions,
  type KeyedValue,
  type ListOptions,
  type Make,
  type MakeAll,
  type Values,
} from "../store/values.ts";
import { listeners } from "../store/listeners.ts";
import { wholeNumber } from "../store/whole-number.ts";
import type { GroupCommit } from "./group-commit.ts";
import type { LookOut } from "./look-out.ts";
import type { ValueTable } from "./value-table.ts";

/** Values in a file. */
export interface SqliteValues extends Values {
  get(key: string): Promise<Json | undefined>;
  change(key: string, make: Make, options?: ChangeOptions): Promise<Json | undefined>;
  changeAll(
    keys: readonly string[],
    make: MakeAll,
    options?: ChangeOptions,
  ): Promise<readonly (Json | undefined)[]>;
  list(prefix: string, options?: ListOptions): Promise<readonly KeyedValue[]>;
}

export interface SqliteValuesOptions {
  readonly table: ValueTable;
  readonly group: GroupCommit;
  /** Reads in its own transaction. Rejects if the store is closed. */
  readonly query: <T>(work: () => T) => Promise<T>;
  /** Called before a change. Throws if the store is closed. */
  readonly changing: () => void;
  /** The keyed hash of a file with a codec. */
  readonly hash: ((text: string) => string) | undefined;
  readonly looks: LookOut;
}

/** The result of a change: a `make` that throws must not fail other changes in the same transaction. */
type Changed = ReturnType<typeof makeValues> | { readonly thrown: unknown };

/** The name under which watchers of values are notified. No run has this id. */
const VALUES = "";

// Values per portion: between two portions other processes get the lock, and this process continues its other work.
const VALUES_PER_PORTION = 1_000;

/** Reads and changes values; changes go through the group commit, together with the appends of the same turn. */
export function sqliteValues({
  table,
  group,
  query,
  changing,
  hash,
  looks,
}: SqliteValuesOptions): SqliteValues {
  const watching = listeners();

  function changed(change: ValueChange): Changed {
    const nowMs = table.nowMs();
    const before = change.keys.map((key) => table.read(key, nowMs));
    let all: ReturnType<typeof makeValues>;
    try {
      all = makeValues(change, before, nowMs);
    } catch (thrown) {
      return { thrown };
    }
    table.write(all.written, nowMs, change.runId);
    return all;
  }

  async function changeAll(
    keys: readonly string[],
    make: MakeAll,
    options?: ChangeOptions,
  ): Promise<readonly (Json | undefined)[]> {
    changing();
    const change = checkChange(keys, make, options);
    const end = await group.add(() => changed(change));
    if ("thrown" in end) throw end.thrown;
    watching.tellPrefixesOf(end.written);
    return end.made;
  }

  return {
    ...(hash !== undefined && { hash }),
    now: () => query(() => table.nowMs()),
    async get(key) {
      checkKey(key);
      return query(() => table.read(key, table.nowMs()));
    },
    change: async (key, make, options) => (await changeAll([key], ofOne(make), options))[0],
    changeAll,
    async list(prefix, options = {}) {
      LIST.of(options, "list");
      const { after = "", limit = DEFAULT_VALUES_LIMIT } = options;
      checkKeyPart(prefix, "The prefix");
      checkKeyPart(after, "The after");
      return query(() => table.list(prefix, after, wholeNumber(limit)));
    },
    watch(prefix, told) {
      checkWatch(prefix, told);
      const here = watching.add(prefix, told);
      const elsewhere = looks.watch(VALUES, told, false);
      return {
        [Symbol.dispose]() {
          here[Symbol.dispose]();
          elsewhere[Symbol.dispose]();
        },
      };
    },
  };
}

/** Removes the values that had expired before a time. Writes nothing if there are none. */
export async function forgetExpired(
  beforeMs: number,
  { table, group, query }: Pick<SqliteValuesOptions, "table" | "group" | "query">,
): Promise<void> {
  while (await query(() => table.hasExpired(beforeMs)))
    await group.add(() => table.removeExpired(beforeMs, VALUES_PER_PORTION));
}
