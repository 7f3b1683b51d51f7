import { agent, human, supervisor, type AgentContext } from "quorate";
import { reliability } from "quorate/learning";

interface Task {
  readonly token: string;
  readonly refuse?: boolean;
}

const tasks = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value: unknown) =>
      (value as Task).refuse === true
        ? { issues: [{ message: `got ${JSON.stringify(value)}` }] }
        : { value: value as Task },
  },
} as const;

/** Says the token wherever there is room for it. */
const gossip = <Name extends string>(name: Name, before: string) =>
  agent({
    name,
    retries: 0,
    input: tasks,
    run({ token }: Task, { emit }: AgentContext) {
      emit(`it is ${token}`);
      return { recommendation: `${before} ${token}` };
    },
    claims: ({ recommendation }) => [
      { subject: "task", position: recommendation, evidence: `because of ${recommendation}` },
    ],
  });

const failing = agent({
  name: "failing",
  retries: 0,
  run({ token }: Task): null {
    throw new Error(`401 for ${token}`, { cause: new Error(token) });
  },
});

export default supervisor({
  name: "secret",
  agents: { bold: gossip("bold", "ship"), careful: gossip("careful", "hold"), failing },
  resolve: [reliability({ labels: "fixed" }), human()],
  redact: ["token"],
});
