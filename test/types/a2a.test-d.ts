import { z } from "zod";
import { a2aAgent } from "../../src/a2a/index.ts";
import { agent, type InputOf, type OutputOf, type PositionOf } from "../../src/index.ts";

// Checked by the compiler alone: what must be refused stands under a @ts-expect-error.

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function holds<_T extends true>(): void {}

const url = "https://agents.example";
const Change = z.object({ diff: z.string(), size: z.string().transform(Number) });
const Review = z.object({ recommendation: z.enum(["ship", "hold"]) });
const first = agent({ name: "first", run: () => ({ risk: 3 }) });

// With schemas it is asked what goes into its input schema, and answers what its output schema makes.
const review = a2aAgent({
  name: "review",
  input: Change,
  output: Review,
  needs: { first },
  url,
  skill: "review",
  headers: { authorization: { env: "TOKEN", prefix: "Bearer " } },
  prompt: ({ diff, size }, { results }) => {
    holds<Equal<typeof size, number>>();
    const risk: number = results.first.output.risk;
    return { diff, risk };
  },
  reply: ({ text }, { size }) => (text === "" ? undefined : size),
});
holds<Equal<InputOf<typeof review>, { diff: string; size: string }>>();
holds<Equal<OutputOf<typeof review>, { recommendation: "ship" | "hold" }>>();
holds<Equal<PositionOf<typeof review>, "ship" | "hold">>();
holds<Equal<(typeof review)["name"], "review">>();

// Without an output schema it answers what its reader makes, and without that nobody knows.
const read = a2aAgent({ url, read: async ({ text, data }) => text.length + data.length });
holds<Equal<OutputOf<typeof read>, number>>();
const plain = a2aAgent({ url });
holds<Equal<OutputOf<typeof plain>, unknown>>();

// @ts-expect-error: an agent that is a peer has no function of its own.
a2aAgent({ url, run: () => 1 });
// @ts-expect-error: an origin is a text.
a2aAgent({ url, origins: [new URL(url)] });
