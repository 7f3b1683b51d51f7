import { z } from "zod";
import { frameworkAgent } from "../../src/frameworks/index.ts";
import type { InputOf, OutputOf, PositionOf } from "../../src/index.ts";

// Checked by the compiler alone: what must be refused stands under a @ts-expect-error.

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function holds<_T extends true>(): void {}

const Change = z.object({ diff: z.string() });
const Review = z.object({ recommendation: z.enum(["ship", "hold"]) });

// With schemas it is asked what goes into its input schema, and answers what its output schema makes.
const review = frameworkAgent(
  { invoke: async () => ({ messages: [] }) },
  { name: "review", input: Change, output: Review, prompt: ({ diff }) => ({ diff }) },
);
holds<Equal<InputOf<typeof review>, { diff: string }>>();
holds<Equal<OutputOf<typeof review>, { recommendation: "ship" | "hold" }>>();
holds<Equal<PositionOf<typeof review>, "ship" | "hold">>();
holds<Equal<(typeof review)["name"], "review">>();

// A function gets a text, where nobody says otherwise.
frameworkAgent(
  async (question, { signal }) => {
    holds<Equal<typeof question, string>>();
    holds<Equal<typeof signal, AbortSignal>>();
    return question;
  },
  { name: "a" },
);

// @ts-expect-error: it is no agent.
frameworkAgent({ ask: () => 1 }, { name: "a" });
// @ts-expect-error: it has no function of its own.
frameworkAgent({ invoke: () => 1 }, { name: "a", run: () => 1 });
