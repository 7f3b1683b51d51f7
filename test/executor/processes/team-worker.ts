import { agent } from "../../../src/index.ts";
import { executorAgents, farWorker } from "../../../src/testing/index.ts";

// The agents of far.test.ts: each does what its task says for it.
const [stepper] = executorAgents;
farWorker(
  ["first", "second"].map((name) =>
    agent({
      name,
      run: (task: Readonly<Record<string, unknown>>, context) =>
        stepper?.run(task[name] as never, context as never),
    }),
  ),
);
