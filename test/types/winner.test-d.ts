import type { LanguageModel } from "ai";
import { z } from "zod";
import { modelAgent } from "../../src/ai-sdk/index.ts";
import { claude, commandAgent, exitCode } from "../../src/command/index.ts";
import {
  agent,
  supervisor,
  type Json,
  type PositionOf,
  type Supervisor,
  type Verdict,
  type WinnerOf,
} from "../../src/index.ts";

// What a winner can be, as far as the types of the agents tell.

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function holds<_T extends true>(): void {}
declare const model: LanguageModel;

const Review = z.object({ recommendation: z.enum(["ship", "hold"]), days: z.number() });

const reviewed = modelAgent({ name: "reviewed", model, output: Review });
const plain = agent({ name: "plain", run: (): "ship" | "wait" => "ship" });
const linted = commandAgent({
  name: "linted",
  command: "tsc",
  read: exitCode({ 0: "ship", 1: "hold" }),
});
const named = agent({ name: "named", run: () => ({ days: 3, note: "x" }), claims: "days" });
const own = agent({
  name: "own",
  output: Review,
  run: async () => ({ recommendation: "ship" as const, days: 3 }),
  claims: ({ days, recommendation }) => [
    { subject: "days", position: days },
    { subject: "task", position: recommendation },
  ],
});
const finder = agent({ name: "finder", run: () => ({ findings: ["a typo"] }) });
const unknown = agent({ name: "unknown", run: (): unknown => "x" });

holds<Equal<PositionOf<typeof reviewed>, "ship" | "hold">>();
holds<Equal<PositionOf<typeof plain>, "ship" | "wait">>();
holds<Equal<PositionOf<typeof named>, 3>>();
holds<Equal<PositionOf<typeof own>, number | "ship" | "hold">>();
holds<Equal<PositionOf<typeof finder>, never>>();
holds<Equal<PositionOf<typeof unknown>, Json>>();
holds<Equal<PositionOf<ReturnType<typeof claudeByDays>>, number>>();

function claudeByDays() {
  return claude({ name: "by-days", output: Review, claims: "days" });
}
const byDays = modelAgent({ name: "by-days", model, output: Review, claims: "days" });
holds<Equal<PositionOf<typeof byDays>, number>>();

const gate = supervisor({
  name: "gate",
  agents: { reviewed, plain, finder },
  gate: { pass: ["ship"] },
});
holds<Equal<WinnerOf<(typeof gate)["agents"]>, "ship" | "hold" | "wait">>();

async function outcomes(): Promise<void> {
  const { verdict, passed } = await gate.run({});
  holds<Equal<typeof verdict, Verdict<"ship" | "hold" | "wait"> | null>>();
  holds<Equal<typeof passed, boolean | null>>();
  const winner: "ship" | "hold" | "wait" | null = verdict?.winner ?? null;
  // @ts-expect-error nobody can hold it
  void (winner === "hodl");
  for await (const { outcome } of gate.runMany([{}]))
    if (outcome !== undefined) holds<Equal<typeof outcome.verdict, typeof verdict>>();
  // Where their types tell nothing, or nothing of that, it is any JSON value.
  const any = await supervisor({ name: "any", agents: { unknown, plain } }).run({});
  holds<Equal<typeof any.verdict, Verdict | null>>();
  const none = await supervisor({ name: "none", agents: { finder } }).run({});
  holds<Equal<typeof none.verdict, Verdict | null>>();
  // A team in a team can hold what it decides, or what it answers.
  const outer = supervisor({ name: "outer", agents: { gate, linted } });
  const { verdict: above } = await outer.run({});
  holds<Equal<typeof above, typeof verdict>>();
  const nested = await supervisor({ name: "nested", agents: { gate } }).run({});
  holds<Equal<typeof nested.verdict, typeof verdict>>();
}
void outcomes;

const answering = supervisor({
  name: "answering",
  agents: { plain },
  answer: ({ verdict }) => ({ recommendation: verdict === null ? "ask" : "go" }) as const,
});
holds<Equal<PositionOf<typeof answering>, "ask" | "go">>();

// A team is still one where any team is expected.
const anyTeam: Supervisor = gate;
void anyTeam;

supervisor({
  name: "misspelt",
  agents: { reviewed, plain },
  // @ts-expect-error nobody can hold "shipp"
  gate: { pass: ["shipp"] },
});
// @ts-expect-error its answer has no such property
agent({ name: "misspelt", run: () => ({ days: 3 }), claims: "dyas" });
