// Reads and appends where it may only read, and prints what came of it.
import { QuorateError } from "../../../src/model/errors.ts";
import { sqlite } from "../../../src/sqlite/index.ts";
import { started } from "../../../src/testing/store-contract/run-events.ts";

const store = sqlite({ path: process.argv[2] ?? "" }).store;
console.log((await store.read("run")).length);
await store.append([started("other")]).catch((error: unknown) => {
  console.log(error instanceof QuorateError ? `${error.code} ${error.message}` : error);
});
await store.close();
