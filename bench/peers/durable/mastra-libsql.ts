import { echo } from "../../systems/system.ts";
import type { Durable } from "../durable.ts";
import { mastraWorkflows, start } from "../systems/mastra.ts";

export const durable: Durable = {
  in: "sqlite",
  slower: 8,
  included: { timeout: "by hand", retry: "1 more", log: "snapshots", outcome: "first error" },
  async open(path) {
    const { LibSQLStore } = await import("@mastra/libsql");
    const store = new LibSQLStore({ id: "bench", url: `file:${path}` });
    const all = (await mastraWorkflows(store)).parallel(echo);
    return {
      async fanOut(times) {
        for (let task = 0; task < times; task++) await start(all, { task, answers: {} });
      },
      close: () => store.close(),
    };
  },
};
