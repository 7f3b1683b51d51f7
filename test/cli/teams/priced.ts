import { agent, judge, supervisor, unanimous } from "quorate";

/** What each agent answers; one that is to `fail` does so at its first attempt. */
export type Script = Readonly<Record<string, string>>;

const priced = <const Name extends string>(name: Name, tier: "small" | "strong", cache: boolean) =>
  agent({
    name,
    version: "1",
    tier,
    cache,
    backoff: { baseMs: 1 },
    maxCost: { inputTokens: 2_000, outputTokens: 200 },
    run: (script: Script, { report, attempt }) => {
      report({ inputTokens: 1_200, outputTokens: 80 });
      const part = script[name] ?? "ship";
      if (part === "fail" && attempt === 1) throw Object.assign(new Error("busy"), { status: 503 });
      return { recommendation: part };
    },
  });

const chief = agent({
  name: "chief",
  maxCost: { inputTokens: 5_000, outputTokens: 500 },
  run: (_question: unknown, { report }) => {
    report({ inputTokens: 3_000, outputTokens: 300 });
    return { choice: "A", reasoning: "because" };
  },
});

export default supervisor({
  name: "priced",
  agents: {
    security: priced("security", "strong", true),
    style: priced("style", "small", false),
  },
  resolve: [unanimous(), judge({ ask: chief as never })],
  maxSubjects: 1,
  tiers: { small: "mini", strong: "large" },
  prices: {
    mini: { input: 0.25, output: 2, date: "2026-11-22" },
    large: { input: 2.5, output: 20, date: "2026-11-22" },
  },
  budget: [{ usd: Number(process.env["BUDGET"] ?? 1) }, { usd: 50, scope: "all of them" }],
});
