// Adds one to a value, again and again, and prints each number that is kept. Arguments: the file, how many times ("for ever"
// when it is 0).
import { sqlite } from "../../../src/sqlite/index.ts";
import { say } from "./say.ts";

const [path = "", times = "0"] = process.argv.slice(2);
const store = sqlite({ path }).store;
const changes = Number(times) === 0 ? Infinity : Number(times);

// Several at once, so that they are kept in one transaction.
const AT_ONCE = 5;
for (let done = 0; done < changes; done += AT_ONCE) {
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      const kept = await store.values.change("count", (count) => Number(count ?? 0) + 1);
      say(`${String(kept)}\n`);
    }),
  );
}
await store.close();
