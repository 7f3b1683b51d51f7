import { describe, it } from "vitest";
import { postgres } from "../../src/postgres/index.ts";
import type { Store } from "../../src/store/store.ts";
import { storeContract } from "../../src/testing/store-contract/store-contract.ts";
import { checkOwnerLaw } from "../store/owner-law.ts";
import { postgresServer } from "./server.ts";

const server = postgresServer();

// What is told without `LISTEN`, and on one connection.
const TOLD = /follow|watch|tells|waits/;

describe.each([
  ["", {}, /./],
  [" that looks for what others wrote", { listen: false, connections: 1 }, TOLD],
])("the PostgreSQL store%s", (_, options, meant) => {
  const schemas = new WeakMap<Store, string>();
  const openAt = (schema: string): Store => {
    const { store } = postgres({ url: server.url, schema, ...options });
    schemas.set(store, schema);
    return store;
  };
  const harness = { open: (store: Store) => openAt(schemas.get(store) ?? "") };
  const cases = storeContract(() => openAt(server.schema()), harness);
  for (const { name, run } of cases.filter((one) => meant.test(one.name))) it(name, run);
});

describe("two PostgreSQL stores of one schema", () => {
  it("have runs driven by one of them at a time, whatever is asked of which", async () => {
    await checkOwnerLaw(20, async () => {
      const schema = server.schema();
      const open = (): Store => postgres({ url: server.url, schema }).store;
      return [open(), open()];
    });
  });
});
