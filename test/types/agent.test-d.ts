import { z } from "zod";
import { agent, type InputOf, type OutputOf } from "../../src/index.ts";

// Checked by the compiler alone: what must be refused stands under a @ts-expect-error.

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function holds<_T extends true>(): void {}

const Change = z.object({ diff: z.string(), size: z.string().transform(Number) });
const Review = z.object({
  recommendation: z.enum(["ship", "hold"]),
  reasons: z.array(z.string()).default([]),
});

// With schemas: it is asked what goes into its input schema, gets what comes out, and answers what its output schema makes.
const review = agent({
  name: "review",
  input: Change,
  output: Review,
  run: async (change) => {
    holds<Equal<(typeof change)["size"], number>>();
    return { recommendation: "hold", reasons: [] };
  },
});
holds<Equal<InputOf<typeof review>, { diff: string; size: string }>>();
holds<Equal<OutputOf<typeof review>, { recommendation: "ship" | "hold"; reasons: string[] }>>();
holds<Equal<(typeof review)["name"], "review">>();

// What the schema's default fills may be left out.
agent({
  name: "defaulted",
  output: Review,
  run: async (task: string) => ({ recommendation: task === "" ? "ship" : "hold" }),
});

// Literals that are written as such may be handed on.
const reasons = ["a", "b"] as const;
agent({
  name: "frozen",
  output: Review,
  run: () => ({ recommendation: "ship", reasons }) as const,
});

agent({
  name: "misspelt",
  output: Review,
  // @ts-expect-error the schema does not know it
  run: async () => ({ recommendation: "shipp", reasons: [] }),
});
agent({
  name: "deaf",
  // @ts-expect-error the input schema does not give what it wants
  input: Change,
  run: async (change: { diff: number }) => change.diff,
});

// Without schemas: from `run`.
const plain = agent({
  name: "plain",
  run: async (task: { n: number }) => ({ recommendation: task.n > 3 ? "a" : "b" }),
});
holds<Equal<InputOf<typeof plain>, { n: number }>>();
const answer: OutputOf<typeof plain> = { recommendation: "a" };
// @ts-expect-error it answers "a" or "b"
const other: OutputOf<typeof plain> = { recommendation: "c" };
void [answer, other];

const anything = agent({ name: "anything", run: () => 3 });
holds<Equal<InputOf<typeof anything>, unknown>>();

// Claims are made of the output.
agent({
  name: "claiming",
  output: Review,
  run: async () => ({ recommendation: "ship" }),
  claims: (output) => {
    holds<Equal<(typeof output)["reasons"], string[]>>();
    return output.reasons.map((reason) => ({ subject: reason, position: output.recommendation }));
  },
});
agent({
  name: "claimless",
  run: async () => 1,
  // @ts-expect-error a claim has a position
  claims: () => [{ subject: "x" }],
});

// Batches: of the tasks that the schema makes, and answered as by the agent's own function, or with an error in an answer's place.
agent({
  name: "batched",
  input: Change,
  output: Review,
  run: async () => ({ recommendation: "ship", reasons: [] }),
  batch: {
    run: (changes) => {
      holds<Equal<(typeof changes)[number]["size"], number>>();
      return changes.map(({ size }) =>
        size > 10 ? new Error("too large") : { recommendation: "ship", reasons: [] },
      );
    },
  },
});
agent({
  name: "batched",
  output: Review,
  run: async (_task: string) => ({ recommendation: "ship" }),
  batch: {
    // @ts-expect-error -- no such recommendation
    run: (tasks) => tasks.map(() => ({ recommendation: "perhaps" })),
  },
});

// What an agent asks and whether it costs anything say nothing of its task and its answer.
const named = agent({
  name: "named",
  model: { modelId: "mini" },
  cost: "free",
  run: async (task: string, { report }) => {
    report({ inputTokens: task.length, cachedInputTokens: 1, outputTokens: 1, reasoningTokens: 1 });
    return { recommendation: task };
  },
});
holds<Equal<OutputOf<typeof named>, { readonly recommendation: string }>>();
// @ts-expect-error -- an agent is free, or its attempts have a maxCost
agent({ name: "cheap", cost: "cheap", run: async () => 1 });
// @ts-expect-error -- a model is a name, or has one
agent({ name: "numbered", model: 7, run: async () => 1 });
