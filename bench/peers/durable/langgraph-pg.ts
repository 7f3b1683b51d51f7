import { randomUUID } from "node:crypto";
import { AT_ONCE } from "../../systems/system.ts";
import type { Durable } from "../durable.ts";
import { langGraphs } from "../systems/langgraph.ts";

export const durable: Durable = {
  in: "postgres",
  slower: 16,
  included: { timeout: "aborts", retry: "1 more", log: "checkpoints", outcome: "first error" },
  async open(url) {
    const { PostgresSaver } = await import("@langchain/langgraph-checkpoint-postgres");
    const checkpointer = PostgresSaver.fromConnString(url, { schema: "langgraph" });
    await checkpointer.setup();
    const all = (await langGraphs())({ checkpointer });
    return {
      async fanOut(times) {
        for (let task = 0; task < times; task++) {
          await all.invoke(
            { task },
            {
              maxConcurrency: AT_ONCE,
              durability: "sync",
              configurable: { thread_id: randomUUID() },
            },
          );
        }
      },
      close: () => checkpointer.end(),
    };
  },
};
