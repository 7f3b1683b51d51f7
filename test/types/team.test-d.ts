import { z } from "zod";
import {
  agent,
  supervisor,
  type AgentResult,
  type Answered,
  type InputOf,
  type OutputOf,
  type TeamAnswer,
  type UpstreamResult,
} from "../../src/index.ts";

// Checked by the compiler alone: what must be refused stands under a @ts-expect-error.

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function holds<_T extends true>(): void {}
/** What an agent answered, for whoever has made sure that it did. */
type Output<Result> = Extract<Result, Answered>["output"];

const security = agent({
  name: "security",
  input: z.object({ diff: z.string() }),
  output: z.object({ recommendation: z.enum(["ship", "hold"]) }),
  run: async () => ({ recommendation: "ship" }),
});
const size = agent({ name: "size", run: (task: { readonly lines: number }) => task.lines > 100 });
const free = agent({ name: "free", run: async () => "done" });

const team = supervisor({
  name: "team",
  agents: { security, size, free },
  required: ["security"],
  route: (task) => (task.lines > 3 && task.diff !== "" ? ["size"] : ["security", "free"]),
});

// The task is what every agent accepts.
holds<Equal<Parameters<typeof team.run>[0]["diff"], string>>();
holds<Equal<Parameters<typeof team.run>[0]["lines"], number>>();

async function results(): Promise<void> {
  const outcome = await team.run({ diff: "", lines: 1 });
  const { security: judged, size: sized, free: freed } = outcome.results;
  holds<Equal<Output<typeof judged>, { recommendation: "ship" | "hold" }>>();
  holds<Equal<Output<typeof sized>, boolean>>();
  const text: string = (freed as Answered<string>).output;
  void text;
  const any: AgentResult = judged;
  void any;
  // @ts-expect-error there is no such agent
  outcome.results.nobody;
  // @ts-expect-error its result has to be looked at first
  judged.output;

  for await (const { outcome: one } of team.runMany([{ diff: "", lines: 1 }])) {
    if (one !== undefined) holds<Equal<(typeof one)["results"], typeof outcome.results>>();
  }
  holds<Equal<typeof outcome, Awaited<ReturnType<typeof team.stream>["outcome"]>>>();
}
void results;

async function refused(): Promise<void> {
  // @ts-expect-error a part of the task is missing
  await team.run({ diff: "" });
  // @ts-expect-error a part of the task is of another type
  await team.run({ diff: "", lines: "1" });
  // @ts-expect-error there is no such agent
  await team.run({ diff: "", lines: 1 }, { route: ["nobody"] });
  await team.run({ diff: "", lines: 1 }, { route: ["size"], mode: "sequence", retries: 0 });
  await team.run(
    { diff: "", lines: 1 },
    { panel: { until: { confidence: 0.6 }, kin: [["size"]] } },
  );
  await team.run({ diff: "", lines: 1 }, { panel: false });
  // @ts-expect-error there is no such agent
  await team.run({ diff: "", lines: 1 }, { panel: { until: "lead", kin: [["nobody"]] } });
  // @ts-expect-error a panel goes on until something else
  await team.run({ diff: "", lines: 1 }, { panel: "sure" });
  // @ts-expect-error there is no such mode
  await team.run({ diff: "", lines: 1 }, { mode: "zigzag" });
  // @ts-expect-error one of the tasks is none
  team.runMany([{ diff: "", lines: 1 }, { diff: "" }]);
  team.runMany([{ diff: "", lines: 1 }], { key: ({ diff, lines }) => `${lines} ${diff}` });
  // @ts-expect-error a key is a text
  team.runMany([{ diff: "", lines: 1 }], { key: ({ lines }) => lines });
  // @ts-expect-error the task has no such part
  team.runMany([{ diff: "", lines: 1 }], { key: ({ title }) => title });
}
void refused;

// @ts-expect-error a key is its agent's name
supervisor({ name: "team", agents: { safety: security } });
// @ts-expect-error there is no such agent
supervisor({ name: "team", agents: { free }, required: ["nobody"] });
supervisor({ name: "team", agents: { free }, panel: { until: "lead", kin: [["free"]] } });
// @ts-expect-error there is no such agent
supervisor({ name: "team", agents: { free }, panel: { until: "lead", kin: [["nobody"]] } });
// @ts-expect-error there is no such agent
supervisor({ name: "team", agents: { free }, route: ["nobody"] });
// @ts-expect-error there is no such agent
supervisor({ name: "team", agents: { free }, route: () => ["nobody"] });
// @ts-expect-error there is no such agent
supervisor({ name: "team", agents: { free }, inputs: { nobody: () => 1 } });
// @ts-expect-error no agent
supervisor({ name: "team", agents: { free: async () => 1 } });
// One without a name is called by its key.
const unnamed = agent({ run: async (_task: { readonly diff: string }) => "ship" as const });
const byKeys = supervisor({ name: "team", agents: { first: unnamed, security } });
async function keyed(): Promise<void> {
  const { results: found } = await byKeys.run({ diff: "" });
  holds<Equal<Output<typeof found.first>, "ship">>();
  // @ts-expect-error there is no such agent
  found.second;
}
void keyed;
// @ts-expect-error it needs something to run
agent({ name: "a" });
// @ts-expect-error it knows how often
agent({ name: "a", retries: "twice", run: async () => 1 });

// A mapped agent takes its input from the map, and asks nothing of the task.
const mapped = supervisor({
  name: "mapped",
  agents: { security, size },
  inputs: {
    size: (task, seen) => {
      holds<Equal<(typeof task)["diff"], string>>();
      holds<Equal<typeof seen, Readonly<Record<string, UpstreamResult | undefined>>>>();
      return { lines: task.diff.length };
    },
  },
});
void mapped.run({ diff: "" });
supervisor({
  name: "mapped",
  agents: { security, size },
  // @ts-expect-error that is not what it accepts
  inputs: { size: () => ({ lines: "many" }) },
});

// Needs are typed by the agents that are needed.
agent({
  name: "summary",
  needs: { security, size },
  run: (_: unknown, { results: seen, signal, emit, report, attempt, issues, idempotencyKey }) => {
    holds<Equal<typeof seen.security.output.recommendation, "ship" | "hold">>();
    holds<Equal<typeof seen.size.output, boolean>>();
    holds<Equal<typeof signal, AbortSignal>>();
    holds<Equal<typeof attempt, number>>();
    holds<Equal<typeof idempotencyKey, string>>();
    holds<Equal<(typeof issues)[number]["message"], string>>();
    emit({ any: "thing" });
    report({ usdMicros: 1 });
    // @ts-expect-error usage is numbers
    report({ usdMicros: "1" });
    const other: UpstreamResult | undefined = seen["other"];
    return other?.status ?? seen.security.output.recommendation;
  },
});

// Teams nest: a team is a worker with an answer.
const inner = supervisor({ name: "inner", agents: { security } });
holds<Equal<OutputOf<typeof inner>, TeamAnswer>>();
holds<Equal<InputOf<typeof inner>, { diff: string }>>();
const answering = supervisor({
  name: "answering",
  agents: { size },
  answer: ({ results: own }) => ({ big: own.size.status === "ok" && own.size.output }),
});
holds<Equal<OutputOf<typeof answering>, { big: boolean }>>();
const outer = supervisor({
  name: "outer",
  agents: { inner, answering, free },
  required: ["inner"],
});
async function nested(): Promise<void> {
  const { results: seen } = await outer.run({ diff: "", lines: 1 });
  holds<Equal<Output<typeof seen.inner>, TeamAnswer>>();
  holds<Equal<Output<typeof seen.answering>, { big: boolean }>>();
  // @ts-expect-error the inner team's part of the task is missing
  await outer.run({ lines: 1 });
}
void nested;
// @ts-expect-error a key is its supervisor's name
supervisor({ name: "outer", agents: { other: inner } });
agent({
  name: "after",
  needs: { answering },
  run: (_: unknown, { results: seen }) => {
    holds<Equal<typeof seen.answering.output, { big: boolean }>>();
    return seen.answering.output.big;
  },
});

// Agents written where the team is described keep their types.
const inline = supervisor({
  name: "inline",
  agents: {
    plain: agent({ name: "plain", run: (task: { diff: string }) => task.diff.length }),
    other: agent({ name: "other", run: async (task: { size: number }) => task.size > 3 }),
  },
});
void inline.run({ diff: "+1", size: 3 }).then(({ results }) => {
  if (results.plain.status === "ok") expectNumber(results.plain.output);
});
// @ts-expect-error a task for both needs both
void inline.run({ diff: "+1" });

function expectNumber(_value: number): void {}
