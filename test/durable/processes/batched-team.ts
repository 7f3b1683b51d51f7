import { agent, supervisor, type InDoubt } from "../../../src/index.ts";
import type { Store } from "../../../src/ports/index.ts";

/** A team of one agent that answers in batches of four, and tells `asked` of every request. */
export function batchedTeam(
  store: Store,
  asked: (tasks: readonly number[]) => void,
  inDoubt: InDoubt = "retry",
) {
  const a = agent({
    name: "a",
    inDoubt,
    run: (task: number) => {
      asked([task]);
      return task * 10;
    },
    batch: {
      maxSize: 4,
      run: (tasks) => {
        asked(tasks);
        return tasks.map((task) => task * 10);
      },
    },
  });
  return supervisor({ name: "team", agents: { a }, backend: { store } });
}
