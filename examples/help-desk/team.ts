import { agent, supervisor } from "quorate";
import { z } from "zod";
import { ask, type Model } from "./model.ts";
import { inputTokensAtMost } from "./provider.ts";
import type { Ticket } from "./tickets.ts";

/** Which savings are switched on, to see the effect of each. */
export interface Savings {
  /** Whether each ticket is its own run, also a repeated one. */
  readonly each?: boolean;
  readonly cache?: boolean;
  readonly batch?: boolean;
  readonly tiers?: boolean;
}

const MAX_OUTPUT_TOKENS = 40;
const Answer = z.object({
  recommendation: z.enum(["answer", "escalate", "close"]),
  sure: z.boolean(),
});

/** Three agents that read a ticket: its topic, what to do, and by when. */
export function helpDesk(url: string, { cache = false, batch = false, tiers = false }: Savings) {
  const [mini, large]: [Model, Model] = [
    { modelId: "mini", url },
    { modelId: "large", url },
  ];
  const bound = (...prompts: readonly string[]) => ({
    inputTokens: inputTokensAtMost(prompts),
    outputTokens: MAX_OUTPUT_TOKENS * prompts.length,
  });
  const topicOf = ({ text }: Ticket): string => `topic: ${text}`;

  const topic = agent({
    name: "topic",
    version: "1",
    maxCost: (ticket: Ticket) => bound(topicOf(ticket)),
    run: async (ticket: Ticket, context) =>
      (await ask(context.model as Model, [topicOf(ticket)], context))[0] as string,
    ...(batch && {
      batch: {
        maxSize: 12,
        waitMs: 5,
        run: async (batched: readonly Ticket[], context) =>
          (await ask(context.model as Model, batched.map(topicOf), context)) as readonly string[],
      },
    }),
  });

  const advice = agent({
    name: "advice",
    version: "1",
    output: Answer,
    maxCost: ({ text }: Ticket) => bound(`advice: ${text}`),
    // The small model says when it is not sure; only then the large one is asked.
    escalateIf: [({ sure }) => !sure],
    run: async ({ text }: Ticket, context) =>
      (await ask(context.model as Model, [`advice: ${text}`], context))[0] as z.infer<
        typeof Answer
      >,
  });

  const policy = agent({
    name: "policy",
    version: "1",
    maxCost: (plan: Ticket["plan"]) => bound(`policy: ${plan}`),
    run: async (plan: Ticket["plan"], context) =>
      (await ask(context.model as Model, [`policy: ${plan}`], context))[0] as string,
  });

  return supervisor({
    name: "help desk",
    agents: { topic, advice, policy },
    // The promised time depends only on the customer's plan: sixty tickets, three questions.
    inputs: { policy: ({ plan }) => plan },
    cache,
    tiers: tiers ? { small: mini, strong: large } : { strong: large },
    prices: {
      mini: { input: 0.25, output: 2, date: "2026-11-22" },
      large: { input: 2.5, output: 20, date: "2026-11-22" },
    },
    limiters: { provider: { concurrency: 16, everybody: true } },
    concurrency: 32,
    budget: { usd: 1, scope: "this morning" },
  });
}
