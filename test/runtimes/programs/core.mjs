// What a program that has only the core does with it; prints what came of it, which is the same everywhere.

import {
  agent,
  DEFAULT_CHAIN,
  findConflicts,
  human,
  memory,
  QuorateError,
  settle,
  supervisor,
  unanimous,
  vote,
} from "quorate";

const says = (name, recommendation) => agent({ name, run: async () => ({ recommendation }) });
const told = (what, value) => console.log(what, JSON.stringify(value));

const deaf = agent({
  name: "deaf",
  timeoutMs: 10,
  retries: 0,
  run: (_, { signal }) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
});
let tries = 0;
const flaky = agent({
  name: "flaky",
  backoff: { baseMs: 1 },
  run: async () => {
    if (++tries < 2) throw new Error("not yet");
    return { recommendation: "ship" };
  },
});
const gate = supervisor({
  name: "gate",
  agents: { a: says("a", "ship"), b: says("b", "hold"), deaf, flaky },
  resolve: [unanimous(), vote()],
});
const outcome = await gate.run("a change");
told("parallel", [
  outcome.status,
  outcome.verdicts[0].winner,
  outcome.results.deaf.error.code,
  outcome.results.flaky.attempts,
]);

const words = agent({ name: "words", run: (task) => task.split(" ") });
const lengthOf = agent({
  name: "length",
  needs: { words },
  run: (_, { results }) => results.words.output.length,
});
const chain = supervisor({
  name: "chain",
  agents: { words, length: lengthOf },
});
told("needs", (await chain.run("one two three")).results.length.output);

const nested = supervisor({ name: "outer", agents: { gate, c: says("c", "hold") } });
told("nested", (await nested.run("x")).results.gate.status);

const [many, batched] = [[], []];
const inBatches = agent({
  name: "doubled",
  limiters: ["shared"],
  batch: {
    maxSize: 4,
    waitMs: 5,
    run: async (tasks) => {
      batched.push(tasks.length);
      return tasks.map((task) => task * 2);
    },
  },
  run: async (task) => task * 2,
});
const doubling = supervisor({
  name: "doubling",
  agents: { doubled: inBatches },
  limiters: { shared: { concurrency: 2 } },
});
for await (const { outcome } of doubling.runMany([1, 2, 3, 4]))
  many.push(outcome.results.doubled.output);
told("many", [many.toSorted((a, b) => a - b), batched.reduce((sum, one) => sum + one, 0)]);

const backend = memory({ resumable: true });
const asking = supervisor({
  name: "asking",
  agents: { a: says("a", "ship"), b: says("b", "hold") },
  resolve: [human()],
  backend,
});
const waiting = await asking.run("x", { runId: "r" });
const decided = await asking.decide("r", { subject: "task", winner: "hold", why: "late" });
told("human", [waiting.status, decided.status, decided.verdicts[0].winner]);

const types = [];
for await (const event of gate.stream("again")) types.push(event.type);
told("stream", [types[0], types.at(-1)]);
told("plan", (await gate.plan("x")).agents.length);

const claims = ["ann", "bob"].map((who, i) => ({ agent: who, subject: "when", position: i }));
told("claims", [
  findConflicts(claims).length,
  (await settle(claims, { resolve: DEFAULT_CHAIN })).length,
]);

const findings = ["a race in the cache", "the cache has a race"].map((text, i) => ({
  agent: `r${i}`,
  text,
}));
told(
  "findings",
  (await settle([], { findings })).map(({ subject, winner }) => [subject, winner]),
);

const controller = new AbortController();
controller.abort(new Error("enough"));
told("aborted", await gate.run("x", { signal: controller.signal }).catch((error) => error.message));
told(
  "refused",
  await gate
    .run("x", { retries: -1 })
    .catch((error) => error instanceof QuorateError && error.code),
);
