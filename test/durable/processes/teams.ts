import {
  agent,
  judge,
  supervisor,
  unanimous,
  vote,
  type AgentContext,
  type ForkOptions,
  type Outcome,
  type ResumeOptions,
  type RunOptions,
  type Schema,
  type Workers,
} from "../../../src/index.ts";
import type { Store } from "../../../src/ports/index.ts";

/** Told whenever an agent is really asked: what a crash must not make happen twice. */
export type Pay = (context: Pick<AgentContext, "callId" | "attempt">) => void;

/** What the tests do with a supervisor, whatever its team is. */
export interface Durable {
  run(task: unknown, options?: RunOptions): Promise<Outcome>;
  resume(runId: string, options?: ResumeOptions): Promise<Outcome>;
  fork(runId: string, options?: ForkOptions): Promise<Outcome>;
}

type Make = (store: Store, pay: Pay) => unknown;

/** What a task asks; it is the same in every run. */
export const TASK = { change: "a line more" };

const USAGE = { usdMicros: 100, inputTokens: 10, outputTokens: 1 };

/** A failure that is worth another attempt. */
function passing(): Error {
  return Object.assign(new Error("busy"), { status: 503 });
}

/** An agent that pays, reports what it used and says what it is told to. */
function says<
  const Name extends string,
  const Needs extends Workers = Readonly<Record<never, never>>,
>(name: Name, pay: Pay, recommendation: string, needs?: Needs) {
  return agent({
    name,
    ...(needs !== undefined && { needs }),
    backoff: { baseMs: 0 },
    run: (_task: unknown, context) => {
      pay(context);
      context.report(USAGE);
      return { recommendation, seen: Object.keys(context.results) };
    },
  });
}

function fails<const Name extends string>(name: Name, pay: Pay) {
  return agent({
    name,
    run: (_task: unknown, context): { recommendation: string } => {
      pay(context);
      throw new Error("no idea");
    },
  });
}

/** Answers at its second attempt. */
function flaky<const Name extends string>(name: Name, pay: Pay, recommendation: string) {
  return agent({
    name,
    backoff: { baseMs: 0 },
    run: (_task: unknown, context) => {
      pay(context);
      context.report(USAGE);
      if (context.attempt === 1) throw passing();
      return { recommendation };
    },
  });
}

interface Mended {
  readonly recommendation: "ship" | "hold";
  readonly mended: readonly string[];
}

// Written by hand: loading a schema library would be half of what such a process takes.
const mendedSchema: Schema<Mended> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate(value) {
      const { recommendation } = value as Mended;
      if (recommendation === "ship" || recommendation === "hold") return { value: value as Mended };
      return { issues: [{ message: "say ship or hold", path: ["recommendation"] }] };
    },
  },
};

/** Answers what its schema takes once it was told what is wrong. */
function mended<const Name extends string>(name: Name, pay: Pay) {
  return agent({
    name,
    backoff: { baseMs: 0 },
    output: mendedSchema,
    run: (_task: unknown, context) => {
      pay(context);
      const [issue] = context.issues;
      if (issue === undefined) return { recommendation: "maybe" } as never;
      return { recommendation: "hold", mended: [issue.path ?? ""] } as const;
    },
  });
}

function eight(store: Store, pay: Pay) {
  const [a, b, c] = [says("a", pay, "ship"), says("b", pay, "hold"), says("c", pay, "ship")];
  const [d, e, f] = [says("d", pay, "hold"), flaky("e", pay, "ship"), fails("f", pay)];
  const g = says("g", pay, "ship", { a, b });
  const h = says("h", pay, "hold", { f });
  return supervisor({
    name: "eight",
    agents: { a, b, c, d, e, f, g, h },
    concurrency: 3,
    backend: { store },
  });
}

function nested(store: Store, pay: Pay) {
  const deep = supervisor({
    name: "deep",
    agents: { a: says("a", pay, "ship"), b: says("b", pay, "hold"), c: says("c", pay, "hold") },
  });
  const inner = supervisor({
    name: "inner",
    agents: { deep: deep as never, d: says("d", pay, "ship"), e: says("e", pay, "ship") },
  });
  const f = says("f", pay, "hold", { inner });
  const doomed = supervisor({
    name: "doomed",
    backoff: { baseMs: 0 },
    agents: { x: fails("x", pay), y: says("y", pay, "ship") },
    required: ["x"],
    asWorker: { retries: 1 },
  });
  const agents = { inner, f, g: says("g", pay, "hold"), doomed };
  return supervisor({ name: "nested", agents: agents as never, backend: { store } });
}

function judged(store: Store, pay: Pay) {
  const chief = judge({
    name: "chief",
    ask: (question, context) => {
      pay(context);
      context.report(USAGE);
      const hold = question.options.find(({ position }) => position === "hold");
      return { choice: hold?.id ?? "A", reasoning: "it can wait" };
    },
  });
  return supervisor({
    name: "judged",
    agents: { a: says("a", pay, "ship"), b: says("b", pay, "hold") },
    resolve: [unanimous(), chief, vote()],
    backend: { store },
  });
}

function sequence(store: Store, pay: Pay) {
  const agents = {
    a: flaky("a", pay, "ship"),
    b: mended("b", pay),
    c: fails("c", pay),
    d: says("d", pay, "hold"),
  };
  return supervisor({ name: "sequence", agents, mode: "sequence", backend: { store } });
}

const MAKERS: Readonly<Record<string, Make>> = { eight, nested, judged, sequence };

/** The names of the teams. */
export const TEAMS: readonly string[] = Object.keys(MAKERS);

/** A team that behaves the same in every process: what its agents do depends on their attempt alone. */
export function teamCalled(name: string, store: Store, pay: Pay): Durable {
  const make = MAKERS[name];
  if (make === undefined) throw new Error(`There is no team ${name}.`);
  return make(store, pay) as Durable;
}
