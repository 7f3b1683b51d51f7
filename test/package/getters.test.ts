import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");

/** Rooms whose code runs for every run or call. */
const HOT = "async call conflict executor limits log model money resolve retry run store team";

/** What is made once for a limiter, a store, a batch or a list of tasks. */
const SELDOM = [
  "call/batch/batch-attempt.ts",
  "limits/aimd.ts",
  "limits/breaker.ts",
  "limits/queue.ts",
  "limits/rate-limit.ts",
  "limits/scope/scope-queue.ts",
  "run/many/task-list.ts",
  "store/listeners.ts",
];

// V8 gives each object with a getter of its own a hidden class of its own, which keeps all that the getter sees until the next full collection.
it("no object that is made for every run or call has a getter of its own: classes have them", () => {
  const found = globSync(`{${HOT.replaceAll(" ", ",")}}/**/*.ts`, { cwd: join(root, "src") })
    // A class of a file has its getters two spaces from the left, an object has them further in.
    .filter((file) => /^ {4,}get \w+\(/m.test(readFileSync(join(root, "src", file), "utf8")));
  expect(found.sort()).toEqual(SELDOM);
});
