// Checked by the compiler alone.

import { MockLanguageModelV4 } from "ai/test";
import { expectTypeOf, test } from "vitest";
import { z } from "zod";
import { fromAgent, modelAgent, modelRouter } from "../../src/ai-sdk/index.ts";
import { agent, type Agent, type InputOf, type OutputOf } from "../../src/index.ts";

const model = new MockLanguageModelV4();
const Change = z.object({ diff: z.string() });
const Review = z.object({ recommendation: z.enum(["ship", "hold"]) });

test("a model's types are those of its schemas, and a text without one", () => {
  const reviewer = modelAgent({
    name: "reviewer",
    model,
    input: Change,
    output: Review,
    prompt: ({ diff }) => diff,
  });
  expectTypeOf(reviewer.name).toEqualTypeOf<"reviewer">();
  expectTypeOf<InputOf<typeof reviewer>>().toEqualTypeOf<{ diff: string }>();
  expectTypeOf<OutputOf<typeof reviewer>>().toEqualTypeOf<{ recommendation: "ship" | "hold" }>();
  const writer = modelAgent({ name: "writer", model });
  expectTypeOf<OutputOf<typeof writer>>().toEqualTypeOf<string>();
});

test("a prompt sees the results of the agents that it needs", () => {
  const other = agent({ name: "other", run: async (_task: unknown) => 7 });
  modelAgent({
    name: "reviewer",
    model,
    needs: { other },
    prompt: (_task, { results }) => {
      expectTypeOf(results.other.output).toEqualTypeOf<7>();
      return "?";
    },
  });
});

test("what is no model, no shape and no option is refused", () => {
  // @ts-expect-error -- no model
  modelAgent({ name: "a" });
  // @ts-expect-error -- misspelt
  modelAgent({ name: "a", model, instruction: "x" });
  // @ts-expect-error -- no agent of the AI SDK
  fromAgent({ version: "agent-v0" }, { name: "a" });
});

test("a router gives names of its agents", () => {
  const lawyer = agent({ name: "lawyer", description: "law", run: async (_task: string) => "x" });
  const route = modelRouter({ model, agents: { lawyer } });
  expectTypeOf(route).returns.resolves.toEqualTypeOf<readonly "lawyer"[]>();
  expectTypeOf(lawyer).toExtend<Agent<"lawyer", string, string>>();
});
