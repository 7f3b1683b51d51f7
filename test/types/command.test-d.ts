import { z } from "zod";
import {
  claude,
  codex,
  commandAgent,
  exitCode,
  sarif,
  type Findings,
} from "../../src/command/index.ts";
import { agent, supervisor, type InputOf, type OutputOf } from "../../src/index.ts";

// Checked by the compiler alone: what must be refused stands under a @ts-expect-error.

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function holds<_T extends true>(): void {}

const Change = z.object({ diff: z.string(), size: z.string().transform(Number) });
const Review = z.object({ recommendation: z.enum(["ship", "hold"]) });

// With schemas it is asked what goes into its input schema, and answers what its output schema makes.
const review = commandAgent({
  name: "review",
  input: Change,
  output: Review,
  command: "review",
  prompt: (change) => {
    holds<Equal<(typeof change)["size"], number>>();
    return change.diff;
  },
  claims: ({ recommendation }) => [{ subject: "task", position: recommendation }],
});
holds<Equal<InputOf<typeof review>, { diff: string; size: string }>>();
holds<Equal<OutputOf<typeof review>, { recommendation: "ship" | "hold" }>>();
holds<Equal<(typeof review)["name"], "review">>();

// Without an output schema it answers what its reader makes, and without that a text.
const plain = commandAgent({ command: "cat" });
holds<Equal<OutputOf<typeof plain>, string>>();
const checked = commandAgent({ command: "tsc", read: exitCode({ 0: "ship", 1: "hold" }) });
holds<Equal<OutputOf<typeof checked>["recommendation"], "ship" | "hold">>();
const linted = commandAgent({ command: "lint", read: sarif });
holds<Equal<OutputOf<typeof linted>, Findings>>();
const own = commandAgent({ command: "x", read: async ({ exitCode: code }) => ({ code }) });
holds<Equal<OutputOf<typeof own>, { code: number }>>();

// The task's type may come from the prompt, and results are those of what it needs.
const security = agent({ name: "security", run: (_task: { diff: string }) => ({ risk: 3 }) });
const summary = commandAgent({
  name: "summary",
  needs: { security },
  command: "cat",
  prompt: (task: { diff: string }, { results }) => {
    holds<Equal<(typeof results)["security"]["output"], { readonly risk: 3 }>>();
    return task.diff;
  },
});
holds<Equal<InputOf<typeof summary>, { diff: string }>>();

// @ts-expect-error a program has a name
commandAgent({ name: "nothing" });
// @ts-expect-error `run` is the program's
commandAgent({ command: "x", run: () => 1 });

const team = supervisor({ name: "team", agents: { security, summary } });
// @ts-expect-error a diff is a text
void team.run({ diff: 1 });

// A preset is described as an agent, too.
const design = claude({
  name: "design",
  input: Change,
  output: Review,
  prompt: ({ diff, size }) => {
    holds<Equal<typeof size, number>>();
    return diff;
  },
  maxCost: { usd: 0.5 },
  login: "account",
});
holds<Equal<InputOf<typeof design>, { diff: string; size: string }>>();
holds<Equal<OutputOf<typeof design>, { recommendation: "ship" | "hold" }>>();
holds<Equal<(typeof design)["name"], "design">>();
const worded = codex({ prompt: (task: { diff: string }) => task.diff });
holds<Equal<OutputOf<typeof worded>, string>>();
holds<Equal<InputOf<typeof worded>, { diff: string }>>();
holds<Equal<(typeof worded)["name"], "codex">>();
// @ts-expect-error there are no such tools
claude({ tools: "all" });
// @ts-expect-error only claude has a login
codex({ login: "key" });
