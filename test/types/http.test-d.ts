import { z } from "zod";
import { httpAgent } from "../../src/http/index.ts";
import { agent, type InputOf, type OutputOf, type PositionOf } from "../../src/index.ts";

// Checked by the compiler alone: what must be refused stands under a @ts-expect-error.

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function holds<_T extends true>(): void {}

const url = "https://agents.example/review";
const Change = z.object({ diff: z.string(), size: z.string().transform(Number) });
const Review = z.object({ recommendation: z.enum(["ship", "hold"]) });
const first = agent({ name: "first", run: () => ({ risk: 3 }) });

// With schemas it is asked what goes into its input schema, and answers what its output schema makes.
const review = httpAgent({
  name: "review",
  input: Change,
  output: Review,
  needs: { first },
  url,
  headers: { authorization: { env: "TOKEN", prefix: "Bearer " }, "x-key": async () => "k" },
  body: ({ diff, size }, { results }) => {
    holds<Equal<typeof size, number>>();
    const risk: number = results.first.output.risk;
    return { diff, risk };
  },
  query: ({ size }) => ({ size }),
});
holds<Equal<InputOf<typeof review>, { diff: string; size: string }>>();
holds<Equal<OutputOf<typeof review>, { recommendation: "ship" | "hold" }>>();
holds<Equal<PositionOf<typeof review>, "ship" | "hold">>();
holds<Equal<(typeof review)["name"], "review">>();

// Without an output schema it answers what its reader makes, and without that nobody knows.
const read = httpAgent({ url, read: async ({ text }) => text.length });
holds<Equal<OutputOf<typeof read>, number>>();
const plain = httpAgent({ url });
holds<Equal<OutputOf<typeof plain>, unknown>>();

// @ts-expect-error: an agent that is an endpoint has no function of its own.
httpAgent({ url, run: () => 1 });
// @ts-expect-error: it is asked somewhere.
httpAgent({ name: "a" });
// @ts-expect-error: a request that is repeated has to be one that may be.
httpAgent({ url, method: "DELETE" });
