import { describe, it } from "vitest";
import { sqlite } from "../../src/sqlite/index.ts";
import type { Store } from "../../src/store/store.ts";
import { storeContract } from "../../src/testing/store-contract/store-contract.ts";
import { checkOwnerLaw } from "../store/owner-law.ts";
import { aes } from "./aes.ts";
import { lock } from "./lock.ts";
import { tempPaths } from "./temp-folder.ts";

const tempPath = tempPaths();

describe.each([
  ["in a file", {}],
  ["in a file, with a codec", { codec: aes() }],
  ["in a file that others lock for longer than it waits", { busyTimeoutMs: 10 }],
])("the SQLite store %s", (_, options) => {
  const paths = new WeakMap<Store, string>();
  const openAt = (path: string): Store => {
    const store = sqlite({ path, ...options }).store;
    paths.set(store, path);
    return store;
  };
  const harness = {
    open: (store: Store) => openAt(paths.get(store) ?? ""),
    ...("busyTimeoutMs" in options && {
      breakDown: (store: Store): Disposable => lock(paths.get(store) ?? ""),
    }),
  };
  for (const { name, run } of storeContract(() => openAt(tempPath()), harness)) it(name, run);
});

describe("two SQLite stores of one file", () => {
  it("have runs driven by one of them at a time, whatever is asked of which", async () => {
    await checkOwnerLaw(60, async () => {
      const path = tempPath();
      return [sqlite({ path }).store, sqlite({ path }).store];
    });
  });
});

describe("the SQLite store in memory", () => {
  for (const { name, run } of storeContract(() => sqlite({ path: ":memory:" }).store))
    it(name, run);
});

describe("the SQLite store that waits for the disk", () => {
  for (const { name, run } of storeContract(() => sqlite({ path: tempPath(), sync: "full" }).store))
    it(name, run);
});
