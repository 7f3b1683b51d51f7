import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate as turn, setTimeout as wait } from "node:timers/promises";
import type {
  AgentOptions,
  BatchOptions,
  Comparator,
  Executor,
  ForkOptions,
  HumanDecision,
  HumanOptions,
  JudgeOptions,
  KeepResumingOptions,
  JudgePanelOptions,
  LimiterOptions,
  Resolver,
  ManyOptions,
  RerunOptions,
  EnqueueOptions,
  ResumeAllOptions,
  RunOptions,
  SettleOptions,
  SupervisorOptions,
  SupportOptions,
  UnanimousOptions,
  VoteOptions,
  WithinOptions,
  Workers,
} from "../../src/index.ts";
import type { SimilarOptions } from "../../src/similar/index.ts";
import type {
  LearnedSupportOptions,
  LearnOptions,
  ReliabilityOptions,
} from "../../src/learning/index.ts";
import {
  addBills,
  agent,
  decide,
  embeddedExecutor,
  findConflicts,
  human,
  judge,
  memory,
  oneOf,
  prefer,
  rerun,
  settle,
  supervisor,
  support,
  unanimous,
  vote,
  within,
} from "../../src/index.ts";
import { similar } from "../../src/similar/index.ts";
import { acpAgent, type AcpOptions } from "../../src/acp/index.ts";
import { claude, commandAgent, exitCode, type CommandOptions } from "../../src/command/index.ts";
import { frameworkAgent, type FrameworkOptions } from "../../src/frameworks/index.ts";
import { httpAgent, type HttpOptions } from "../../src/http/index.ts";
import { a2aAgent, type A2aOptions } from "../../src/a2a/index.ts";
import { fromAgent, modelAgent, modelJudge, modelRouter } from "../../src/ai-sdk/index.ts";
import type {
  FromAgentOptions,
  ModelAgentOptions,
  ModelJudgeOptions,
  ModelRouterOptions,
} from "../../src/ai-sdk/index.ts";
import type { PresetOptions } from "../../src/command/index.ts";
import {
  learn,
  learnedSupport,
  learnFindings,
  recordTruth,
  recordTruths,
  reliability,
} from "../../src/learning/index.ts";
import { sqlite, type SqliteOptions } from "../../src/sqlite/index.ts";

// Every place where a value or a function of the caller's comes in. What is listed by the keys of an option type is a record, so
// that the compiler misses an option that is added.

/** What is done with a hostile value, or with a function that gives one. Its answer, or what it throws, is what the caller sees. */
export type Seam = (value: never) => unknown;

/** How long an attempt may take: some of what is tried never answers. */
export const pace = { timeoutMs: 5_000 };

const plain = { recommendation: "ship" } as const;
const other = agent({ name: "other", run: () => ({ recommendation: "hold" }) });
const ship = agent({ name: "ship", run: () => plain });

/** Types are what these values are not. */
const loose = <F extends (...args: never) => unknown>(call: F) =>
  call as unknown as (...args: readonly unknown[]) => ReturnType<F>;
const make = {
  agent: loose(agent),
  supervisor: loose(supervisor),
};

/** An executor that does nothing but what it is given to do. */
function executorWith(more: Partial<Executor>): Executor {
  return { start() {}, cancel() {}, close() {}, ...more };
}

/** Tells this of every attempt, as everything that can be told. */
function telling(told: unknown): Executor["start"] {
  return (attempt) => {
    const value = told as never;
    attempt.hear({ type: "report", usage: value });
    attempt.hear({ type: "progress", value });
    attempt.hear({ type: "failure", thrown: value });
    attempt.hear({ type: "answer", output: value });
    attempt.hear({ type: "stopped" });
  };
}

type Run = (task: unknown, options?: unknown) => Promise<unknown>;
function teamOf(options: object): { readonly run: Run; readonly [key: string]: unknown } {
  return make.supervisor({
    name: "team",
    agents: { ship, other },
    retries: 0,
    timeoutMs: pace.timeoutMs,
    graceMs: 0,
    ...options,
  }) as never;
}

async function runWith(options: object, task: unknown = "task"): Promise<unknown> {
  return teamOf(options).run(task);
}

async function asked(options: object, team: object = {}): Promise<unknown> {
  const odd = make.agent({ name: "odd", run: () => plain, retries: 0, ...options }) as never;
  return runWith({ agents: { odd, other }, ...team });
}

const schema = (validate: unknown, more: object = {}) => ({
  "~standard": { version: 1, vendor: "test", validate, ...more },
});
const resolver = (more: object) => ({ name: "own", settle: () => ({ defer: "not me" }), ...more });
const comparing = (comparator: object) => ({ compare: { task: { name: "own", ...comparator } } });
const contested = [
  { agent: "a", subject: "task", position: "yes" },
  { agent: "b", subject: "task", position: "no" },
];

/** Functions of the caller's. `function` is called as the library calls it, and gives the hostile value, or throws it. */
export const FUNCTIONS: Readonly<Record<string, Seam>> = {
  "agent.run": (run) => asked({ run }),
  "agent.run, of an agent with a schema": (run) =>
    asked({ run, output: schema((value: unknown) => ({ value })) }),
  "agent.run, when its time is over": (run: () => unknown) =>
    asked({ timeoutMs: 1, run: () => wait(4).then(() => [run()]) }),
  "agent.run, when it is told to stop": async (run: () => unknown) => {
    const controller = new AbortController();
    const odd = make.agent({
      name: "odd",
      run: (_: unknown, { signal }: { readonly signal: AbortSignal }) =>
        once(signal, "abort").then(() => [run()]),
    });
    const running = teamOf({ agents: { odd } }).run("task", { signal: controller.signal });
    await turn();
    controller.abort(new Error("stopped"));
    return running;
  },
  "agent.batch.run": (run) => manyWith({ batch: { run } }),
  "agent.claims": (claims) => asked({ claims }),
  "agent.maxCost": (maxCost) => asked({ maxCost, budget: { usd: 1 } }),
  "agent.limiters": (limiters) => asked({ limiters }),
  "agent.escalateIf": (escalateIf) =>
    asked({ escalateIf: [escalateIf] }, { tiers: { small: "a", strong: "b" } }),
  "agent.input": (validate) => asked({ input: schema(validate) }),
  "agent.output": (validate) => asked({ output: schema(validate) }),
  "agent.input, as JSON Schema": (input) =>
    asked({
      version: "1",
      cache: true,
      input: schema((value: unknown) => ({ value }), { jsonSchema: { input } }),
    }),
  "agent.fallback": (run) =>
    asked({
      run: () => Promise.reject(new Error("no")),
      fallback: make.agent({ name: "stand-in", run, retries: 0 }),
    }),
  "batch.report": (usage: () => unknown) =>
    manyWith({
      batch: {
        run(tasks: readonly unknown[], { report }: Reports) {
          report(usage());
          report({ usdMicros: usage() }, 0);
          return tasks;
        },
      },
    }),
  "an answer of a batch": (one: () => unknown) =>
    manyWith({ batch: { run: () => [one(), "second"] } }),
  "a batch with an answer too many": (one: () => unknown) =>
    manyWith({ batch: { run: () => [one(), "second", one()] } }),
  "supervisor.route": (route) => runWith({ route }),
  "supervisor.inputs": (ship) => runWith({ inputs: { ship } }),
  "supervisor.compare": (task) => runWith({ compare: { task } }),
  "supervisor.compare, a comparator": (group) => runWith(comparing({ group })),
  "supervisor.compare, a comparator that asks": (groupLater) =>
    runWith(comparing({ group: () => ({ groups: [] }), groupLater })),
  "supervisor.similar": (group) =>
    asked({ run: () => ({ findings: ["a leak"] }) }, { similar: { name: "own", group } }),
  "supervisor.answer": (answer) =>
    runWith({ agents: { inner: teamOf({ name: "inner", answer }), other } }),
  "supervisor.redact": async (redact) => {
    const team = teamOf({ redact, backend: memory({ resumable: true }) });
    const { runId } = (await team.run("task")) as { readonly runId: string };
    return (team["backend"] as ReturnType<typeof memory>).store.read(runId);
  },
  "supervisor.limiters": (everybody) => runWith({ limiters: { own: { everybody } } }),
  "supervisor.executor": (executor) => runWith({ executor }),
  "executor.start": (start) => runWith({ executor: () => executorWith({ start }) }),
  "executor.start, what it tells": (told: unknown) =>
    runWith({ executor: () => executorWith({ start: telling(told) }) }),
  "executor.startBatch": (startBatch) =>
    manyWith({ batch: { run: () => [] } }, (agents: never) => ({
      ...embeddedExecutor(agents),
      startBatch,
    })),
  "executor.cancel": (cancel) =>
    runWith({ timeoutMs: 20, executor: () => executorWith({ start: () => {}, cancel }) }),
  "resolver.settle": (settle) => runWith({ resolve: [resolver({ settle })] }),
  "resolver.agreed": (agreed) => runWith({ agents: { ship }, resolve: [resolver({ agreed })] }),
  "resolver.lead": (lead) =>
    asked(
      { escalateIf: ["low-margin"] },
      { tiers: { small: "a", strong: "b" }, resolve: [resolver({ lead })] },
    ),
  "reliability.topicOf": (topicOf) =>
    runWith({ resolve: [reliability({ labels: "fixed", topicOf })] }),
  "learn.topicOf": (topicOf) => learn(contested, { labels: "fixed", topicOf }),
  "judge.ask": (ask) => runWith({ resolve: [judge({ ask })] }),
  "judge.panel": (ask) => runWith({ resolve: [judge({ panel: [ask, { ask, name: "second" }] })] }),
  "similar.embed": (embed) =>
    asked(
      { run: () => ({ findings: ["a leak in the cache", "a hole in the wall"] }) },
      { similar: similar({ embed }) },
    ),
  "similar.judge": (judging) =>
    asked(
      { run: () => ({ findings: ["a leak in the cache", "a leak in the wall"] }) },
      { similar: similar({ judge: judging, band: [0.01, 1] }) },
    ),
  "runMany.key": (key) => all(teamOf({}), ["a", "b"], { key }),
  "store.values.change": async (change) => memory().store.values.change("key", change),
  "commandAgent.prompt": (prompt) => printing({ prompt }),
  "commandAgent.read": (read) => printing({ read }),
  "commandAgent.usage": (usage) => printing({ usage }),
  "a part of a program's prompt": (part: () => unknown) =>
    printing({ prompt: () => ({ made: part() }) }),
  "a part of what is read of a program": (part: () => unknown) =>
    printing({ read: () => ({ part: part() }) }),
  "frameworkAgent.invoke": (invoke) => ofFramework({ invoke }),
  "frameworkAgent.generate": (generate) => ofFramework({ generate }),
  "a function of frameworkAgent": (asks) => ofFramework(asks),
  "frameworkAgent.prompt": (prompt) => ofFramework({ invoke: () => "ship" }, { prompt }),
  "frameworkAgent.read": (read) => ofFramework({ invoke: () => "ship" }, { read }),
  "frameworkAgent.usage": (usage) => ofFramework({ invoke: () => "ship" }, { usage }),
  "httpAgent.query": (query) => answering({ query }),
  "httpAgent.body": (body) => answering({ body }),
  "httpAgent.read": (read) => answering({ read }),
  "httpAgent.usage": (usage) => answering({ usage }),
  "a2aAgent.prompt": (prompt) => peering({ prompt }),
  "a2aAgent.reply": (reply) => peering({ reply, skill: "asks" }),
  "a2aAgent.read": (read) => peering({ read }),
  "a2aAgent.usage": (usage) => peering({ usage }),
  "a header of a2aAgent": (header) => peering({ headers: { "x-key": header } }),
  "a header of httpAgent": (header) => answering({ headers: { "x-key": header } }),
  "a part of the query of a URL": (part: () => unknown) =>
    answering({ query: () => ({ made: part() }) }),
  "a part of the body of a request": (part: () => unknown) =>
    answering({ body: () => ({ made: part() }) }),
  "claude.prompt": (prompt) => alone(loose(claude)({ ...PRINTS, name: "odd", prompt, retries: 0 })),
  "modelAgent.prompt": (prompt) =>
    alone(loose(modelAgent)({ name: "odd", model: MODEL, prompt, retries: 0 })),
  "what a model fails with": (fails: () => unknown) =>
    alone(loose(modelAgent)({ name: "odd", model: failing(fails), retries: 0 })),
  "what a model that judges fails with": (fails: () => unknown) =>
    runWith({ resolve: [loose(modelJudge)({ model: failing(fails), retries: 0 })] }),
  "fromAgent.generate": (generate) =>
    alone(loose(fromAgent)({ version: "agent-v1", generate }, { name: "odd", retries: 0 })),
  "codec.encode": async (encode) => {
    const codec = { encode, decode: (text: string) => text };
    await using store = sqlite({ path: ":memory:", codec }).store;
    return store.runs();
  },
  "codec.decode": async (decode) => {
    const codec = { encode: (text: string) => text, decode };
    await using store = sqlite({ path: ":memory:", codec }).store;
    return store.runs();
  },
};

// It is done soon: what is made of its answer has to come to its end, too.
const PRINTS = { command: "true" };
/** A model that is there, as far as anybody looks. */
const MODEL = {
  specificationVersion: "v4",
  provider: "test",
  modelId: "odd",
  supportedUrls: {},
  doGenerate: () => Promise.reject(new Error("not asked")),
  doStream: () => Promise.reject(new Error("not asked")),
};

const failing = (fails: () => unknown) => ({
  ...MODEL,
  async doGenerate() {
    const failure = fails();
    throw failure;
  },
});

async function alone(odd: unknown): Promise<unknown> {
  return runWith({ agents: { odd, other } });
}

async function printing(options: object): Promise<unknown> {
  return alone(loose(commandAgent)({ name: "odd", retries: 0, ...PRINTS, ...options }));
}

/** An endpoint that answers with a JSON document. */
const ENDPOINT = createServer((_, response) => {
  response
    .writeHead(200, { "content-type": "application/json", connection: "close" })
    .end('"ship"');
}).unref();

async function answering(options: object): Promise<unknown> {
  if (!ENDPOINT.listening) await once(ENDPOINT.listen(0, "127.0.0.1"), "listening");
  const { port } = ENDPOINT.address() as AddressInfo;
  const local = { url: `http://127.0.0.1:${port}/`, allowPrivate: true };
  return alone(loose(httpAgent)({ name: "odd", retries: 0, ...local, ...options }));
}

/** A peer that answers each message with another, or asks, where that skill is meant. */
const PEER = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => {
    const { port } = PEER.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/rpc`;
    const asked = Buffer.concat(parts).toString();
    const message = { messageId: "m", role: "ROLE_AGENT", parts: [{ text: "ship" }] };
    const status = { state: "TASK_STATE_INPUT_REQUIRED", message };
    const task = { id: "t", contextId: "c", status };
    const answer =
      asked === ""
        ? {
            name: "peer",
            supportedInterfaces: [{ url, protocolBinding: "JSONRPC", protocolVersion: "1.0" }],
            skills: [{ id: "asks" }],
          }
        : {
            jsonrpc: "2.0",
            id: (JSON.parse(asked) as { readonly id: unknown }).id,
            result: asked.includes('"skillId":"asks"') ? { task } : { message },
          };
    response
      .writeHead(200, { "content-type": "application/json", connection: "close" })
      .end(JSON.stringify(answer));
  });
}).unref();

async function peering(options: object): Promise<unknown> {
  if (!PEER.listening) await once(PEER.listen(0, "127.0.0.1"), "listening");
  const { port } = PEER.address() as AddressInfo;
  const local = { url: `http://127.0.0.1:${port}/`, allowPrivate: true, pollMs: 1 };
  return alone(loose(a2aAgent)({ name: "odd", retries: 0, ...local, ...options }));
}

async function ofFramework(asked: unknown, options: object = {}): Promise<unknown> {
  return alone(loose(frameworkAgent)(asked, { name: "odd", retries: 0, ...options }));
}

async function manyWith(options: object, executor?: unknown): Promise<unknown> {
  const odd = make.agent({ name: "odd", run: () => plain, retries: 0, ...options }) as never;
  const team = teamOf({ agents: { odd, other }, ...(executor !== undefined && { executor }) });
  return all(team, ["a", "b"]);
}

async function all(team: object, tasks: unknown, options: object = {}): Promise<unknown> {
  const { runMany } = team as {
    readonly runMany: (tasks: unknown, options: object) => AsyncIterable<unknown>;
  };
  const outcomes: unknown[] = [];
  for await (const outcome of runMany(tasks, options)) outcomes.push(outcome);
  return outcomes;
}

/** Values of the caller's, where JSON, a number or a text is meant. */
export const VALUES: Readonly<Record<string, Seam>> = {
  "run(task)": (task) => runWith({}, task),
  "run(task) under an id": (task) => teamOf({}).run(task, { runId: "mine" }),
  "stream(task)": async (task) => {
    const { stream } = teamOf({}) as never as {
      readonly stream: (task: unknown) => AsyncIterable<unknown>;
    };
    for await (const _ of stream(task));
  },
  "plan(task)": (task) => (teamOf({})["plan"] as Run)(task),
  "fork(runId, { input })": async (input) => {
    const team = teamOf({ backend: memory({ resumable: true }) });
    await team.run("task", { runId: "mine" });
    return (team["fork"] as (id: string, options: object) => unknown)("mine", { input });
  },
  "runMany(tasks), one of them": (task) => all(teamOf({}), ["a", task, "b"]),
  "runMany(tasks), the list": (tasks) => all(teamOf({}), tasks),
  "an abort's reason": (reason) => {
    const controller = new AbortController();
    const running = teamOf({}).run("task", { signal: controller.signal });
    controller.abort(reason);
    return running;
  },
  "context.emit": async (value) => {
    const odd = make.agent({
      name: "odd",
      run: (_: unknown, { emit }: { readonly emit: (value: unknown) => void }) => emit(value),
    });
    const { stream } = teamOf({ agents: { odd } }) as never as {
      readonly stream: (task: unknown) => AsyncIterable<{ readonly type: string }>;
    };
    const shown: unknown[] = [];
    for await (const event of stream("task")) if (event.type === "call.progress") shown.push(event);
    return shown;
  },
  "context.report": (usage) => asked({ run: (_: unknown, { report }: Reports) => report(usage) }),
  "context.report, of a member": (usdMicros) =>
    asked({ run: (_: unknown, { report }: Reports) => report({ usdMicros }) }),
  "a claim": (claim) => asked({ claims: () => [claim] }),
  "a claim after a good one": (claim) =>
    asked({
      claims: function* () {
        yield { subject: "task", position: "a" };
        yield claim;
      },
    }),
  "a claim's position": (position) => asked({ claims: () => [{ subject: "task", position }] }),
  "a claim's evidence": (evidence) =>
    asked({ claims: () => [{ subject: "task", position: 1, evidence }] }),
  "a claim's confidence": (confidence) =>
    asked({ claims: () => [{ subject: "task", position: 1, confidence }] }),
  "what a claim has besides": (more) =>
    asked({ claims: () => [{ subject: "task", position: 1, more }] }),
  "a bound's dollars": (usd) => asked({ maxCost: () => ({ usd }), budget: { usd: 1 } }),
  "a limiter of a list": (one) => asked({ limiters: () => [one] }),
  "a schema's issue": (issue) => asked({ output: schema(() => ({ issues: [issue] })) }),
  "a schema's value": (value) => asked({ output: schema(() => ({ value })) }),
  "a name of a route": (name) => runWith({ route: () => ["ship", name] }),
  "a ruling's winner": (winner) =>
    runWith({ resolve: [resolver({ settle: () => ({ winner, confidence: 1 }) })] }),
  "a ruling's confidence": (confidence) =>
    runWith({ resolve: [resolver({ settle: async () => ({ winner: "ship", confidence }) })] }),
  "a position by an exit code": (position) => loose(exitCode)({ 0: position }),
  "a group's value": (value) =>
    runWith(comparing({ group: () => ({ groups: [{ value, members: [0, 1] }] }) })),
  "a grouping's refusal and note": (said) =>
    runWith(comparing({ group: () => ({ groups: [], refused: said, note: said }) })),
  "a vector of an embedding": (vector) =>
    asked(
      { run: () => ({ findings: ["a leak in the cache", "a hole in the wall"] }) },
      { similar: similar({ embed: async () => [vector, vector] as never }) },
    ),
  "an error of this package that an agent makes up": (cause) =>
    asked({
      run: () => {
        throw Object.assign(new Error("made up", { cause }), { issues: [cause], status: cause });
      },
    }),
  "decide(): winner, why and by": async (value) =>
    decide(memory({ resumable: true }), "none", {
      subject: "task",
      winner: value,
      why: value,
      by: value,
    }),
  "decide() of a team: winner": (winner) =>
    (teamOf({ backend: memory({ resumable: true }) })["decide"] as Run)("none", {
      subject: "task",
      winner,
      why: "so",
    } satisfies Omit<HumanDecision, "winner"> & { readonly winner: unknown }),
  "recordTruth()": async (truth) => recordTruth({ store: memory().store }, "none", "task", truth),
  "recordTruths(), one of them": async (truth) =>
    recordTruths({ store: memory().store }, [truth as never]),
  "recordTruths(), a value": async (truth) =>
    recordTruths({ store: memory().store }, [
      { runId: "none", subject: "task", truth: truth as never },
    ]),
  "settle(), a claim": (claim) => settle([...contested, claim]),
  "settle(), a claim's position": (position) =>
    settle([...contested, { agent: "c", subject: "task", position }]),
  "settle(), the claims": (claims) => settle(claims),
  "findConflicts(), a claim": (claim) => findConflicts([claim, ...contested]),
  "findConflicts(), a claim's position": (position) =>
    findConflicts([...contested, { agent: "c", subject: "task", position }]),
  "addBills(), a bill": (one) => addBills([one]),
  "learn(), a vote": (one) => learn([one], { labels: "fixed" }),
  "learn(), a truth": (one) => learn(contested, { labels: "fixed", truths: [one] }),
  "learnFindings(), a review": (one) => learnFindings([one]),
};

interface Reports {
  readonly report: (usage: unknown, index?: number) => void;
}

/** The keys of an option type, all of them. */
type Keys<T> = Readonly<Record<keyof Required<T>, true>>;
type Options = readonly [keys: object, make: (options: object) => unknown];

const LIMITS = {
  timeoutMs: true,
  graceMs: true,
  retries: true,
  backoff: true,
  maxBytes: true,
} as const;

const AGENT: Keys<AgentOptions<string, unknown, unknown, unknown, unknown, unknown, Workers>> = {
  ...LIMITS,
  name: true,
  version: true,
  description: true,
  input: true,
  output: true,
  needs: true,
  inDoubt: true,
  tier: true,
  model: true,
  cost: true,
  maxCost: true,
  budget: true,
  cache: true,
  batch: true,
  limiters: true,
  escalateIf: true,
  fallback: true,
  run: true,
  claims: true,
};
const BATCH: Keys<BatchOptions> = { maxSize: true, waitMs: true, run: true };
const SUPERVISOR: Keys<SupervisorOptions<Workers, string, unknown>> = {
  ...LIMITS,
  name: true,
  version: true,
  description: true,
  agents: true,
  mode: true,
  route: true,
  inputs: true,
  required: true,
  elsewhere: true,
  minAnswers: true,
  concurrency: true,
  resolve: true,
  compare: true,
  gate: true,
  similar: true,
  needs: true,
  asWorker: true,
  answer: true,
  backend: true,
  deadlineMs: true,
  budget: true,
  prices: true,
  cache: true,
  tiers: true,
  escalateIf: true,
  limiters: true,
  maxSubjects: true,
  panel: true,
  redact: true,
  hashSecret: true,
  executor: true,
  onEvent: true,
  onWaiting: true,
  tracing: true,
  clock: true,
};
const RUN: Keys<RunOptions> = {
  ...LIMITS,
  runId: true,
  signal: true,
  route: true,
  mode: true,
  panel: true,
  backend: true,
  deadlineMs: true,
  concurrency: true,
  budget: true,
  prices: true,
  cache: true,
  tenant: true,
  tags: true,
};
const { runId: _ofOne, ...RUN_OF_MANY } = RUN;
const MANY: Keys<ManyOptions> = { ...RUN_OF_MANY, key: true };
const ENQUEUE: Keys<EnqueueOptions> = {
  runId: true,
  signal: true,
  route: true,
  mode: true,
  panel: true,
  backend: true,
  tenant: true,
  tags: true,
  priority: true,
};
const RESUME_ALL: Keys<ResumeAllOptions> = { backend: true, tenant: true, atOnce: true };
const KEEP: Keys<KeepResumingOptions> = { ...RESUME_ALL, everyMs: true, onResumed: true };
const FORK: Keys<ForkOptions> = { ...RUN, from: true, input: true };
const RESOLVER: Keys<Resolver> = {
  name: true,
  settle: true,
  names: true,
  positions: true,
  agreed: true,
  lead: true,
  foresee: true,
  reruns: true,
  withinMs: true,
  learns: true,
  definition: true,
  asks: true,
  callsPerSubject: true,
};
const COMPARATOR: Keys<Comparator> = {
  name: true,
  definition: true,
  group: true,
  groupLater: true,
  exact: true,
  asks: true,
  callsAtMost: true,
};
const LIMITER: Keys<LimiterOptions> = {
  scope: true,
  concurrency: true,
  callsPerMinute: true,
  tokensPerMinute: true,
  adaptive: true,
  breaker: true,
  everybody: true,
};
const SETTINGS = {
  name: true,
  instructions: true,
  evidence: true,
  maxEvidence: true,
  maxEvidenceChars: true,
} as const;
const JUDGE: Keys<JudgeOptions> = { ...SETTINGS, ask: true, authorOf: true, panel: true };
const PANEL: Keys<JudgePanelOptions> = {
  ...SETTINGS,
  panel: true,
  stopAt: true,
  atLeast: true,
  weights: true,
  order: true,
  ask: true,
};
const SIMILAR: Keys<SimilarOptions> = {
  threshold: true,
  embed: true,
  embedWeight: true,
  judge: true,
  band: true,
  maxPairs: true,
  name: true,
};
const RELIABILITY: Keys<ReliabilityOptions> = {
  labels: true,
  from: true,
  findings: true,
  truths: true,
  topicOf: true,
  trust: true,
  atLeast: true,
  name: true,
};
const VOTE: Keys<VoteOptions> = { weights: true, margin: true, quorum: true };
const UNANIMOUS: Keys<UnanimousOptions> = { quorum: true };
const SUPPORT: Keys<SupportOptions> = { atLeast: true };
const LEARNED_SUPPORT: Keys<LearnedSupportOptions> = { atLeast: true, learned: true };
const HUMAN: Keys<HumanOptions> = { withinMs: true, otherwise: true, name: true };
const RERUN: Keys<RerunOptions> = { tier: true };
const WITHIN: Keys<WithinOptions> = { percent: true, absolute: true };
const LEARN: Keys<LearnOptions> = { labels: true, truths: true, topicOf: true };
const SETTLE: Keys<SettleOptions> = {
  limiters: true,
  resolve: true,
  compare: true,
  findings: true,
  similar: true,
  answered: true,
  missing: true,
  signal: true,
};
const SQLITE: Keys<SqliteOptions> = {
  path: true,
  sync: true,
  busyTimeoutMs: true,
  maxBytes: true,
  leaseMs: true,
  retainMs: true,
  codec: true,
  clock: true,
};

const { run: _run, batch: _batch, ...ADAPTED } = AGENT;
const PROGRAM = {
  prompt: true,
  env: true,
  cwd: true,
  workspace: true,
  command: true,
  args: true,
} as const;
const COMMAND: Keys<CommandOptions<string, unknown, unknown, unknown, unknown, unknown, Workers>> =
  { ...ADAPTED, ...PROGRAM, send: true, read: true, usage: true };
const A2A: Keys<A2aOptions<string, unknown, unknown, unknown, unknown, unknown, Workers>> = {
  ...ADAPTED,
  url: true,
  card: true,
  skill: true,
  headers: true,
  origins: true,
  allowPrivate: true,
  prompt: true,
  reply: true,
  read: true,
  usage: true,
  pollMs: true,
};
const HTTP: Keys<HttpOptions<string, unknown, unknown, unknown, unknown, unknown, Workers>> = {
  ...ADAPTED,
  url: true,
  method: true,
  headers: true,
  query: true,
  body: true,
  read: true,
  usage: true,
  allowPrivate: true,
};
const PRESET: Keys<PresetOptions<string, unknown, unknown, unknown, unknown, Workers>> = {
  ...ADAPTED,
  ...PROGRAM,
  tools: true,
  model: true,
};
/** Those that it has besides a preset's. */
const ACP: Keys<
  Pick<
    AcpOptions<string, unknown, unknown, unknown, unknown, Workers>,
    "mode" | "permissions" | "login" | "settings" | "tools" | "model"
  >
> = { mode: true, permissions: true, login: true, settings: true, tools: true, model: true };
const ASKING = { model: true, instructions: true, maxOutputTokens: true, settings: true } as const;
const MODEL_AGENT: Keys<ModelAgentOptions<string, unknown, unknown, unknown, unknown, Workers>> = {
  ...ADAPTED,
  ...ASKING,
  prompt: true,
  tools: true,
  maxSteps: true,
  stream: true,
  providerBatch: true,
  maxPromptBytes: true,
};
const { tier: _tier, escalateIf: _escalateIf, ...FROM } = ADAPTED;
const FRAMEWORK: Keys<
  FrameworkOptions<string, unknown, unknown, unknown, unknown, unknown, Workers>
> = { ...FROM, prompt: true, read: true, usage: true };
const FROM_AGENT: Keys<FromAgentOptions<string, unknown, unknown, unknown, unknown, Workers>> = {
  ...FROM,
  prompt: true,
};
const { input: _i, output: _o, needs: _n, claims: _c, fallback: _f, ...JUDGING } = ADAPTED;
const { ask: _ask, panel: _panel, ...JUDGED } = JUDGE;
const MODEL_JUDGE: Keys<ModelJudgeOptions> = { ...JUDGING, ...ASKING, ...JUDGED };
const ROUTER: Keys<ModelRouterOptions<Workers>> = { ...ASKING, agents: true, timeoutMs: true };

const durable = (): ReturnType<typeof teamOf> => teamOf({ backend: memory({ resumable: true }) });

const OPTIONS: Readonly<Record<string, Options>> = {
  agent: [AGENT, (options) => make.agent({ name: "odd", run: () => plain, ...options })],
  batch: [
    BATCH,
    (options) =>
      make.agent({ name: "odd", run: () => plain, batch: { run: () => [], ...options } }),
  ],
  supervisor: [SUPERVISOR, (options) => teamOf(options)],
  run: [RUN, (options) => teamOf({}).run("task", options)],
  runMany: [MANY, (options) => all(teamOf({}), ["a"], options)],
  enqueue: [
    ENQUEUE,
    (options) =>
      (durable()["enqueue"] as (task: unknown, options: object) => unknown)("task", options),
  ],
  resumeAll: [
    RESUME_ALL,
    (options) => (durable()["resumeAll"] as (options: object) => unknown)(options),
  ],
  keepResuming: [
    KEEP,
    (options) =>
      (durable()["keepResuming"] as (options: object) => { close(): unknown })(options).close(),
  ],
  fork: [
    FORK,
    (options) => (teamOf({})["fork"] as (id: string, options: object) => unknown)("none", options),
  ],
  resolver: [RESOLVER, (options) => teamOf({ resolve: [resolver(options)] })],
  comparator: [
    COMPARATOR,
    (options) => teamOf(comparing({ group: () => ({ groups: [] }), ...options })),
  ],
  limiter: [LIMITER, (options) => teamOf({ limiters: { odd: options } })],
  judge: [JUDGE, (options) => loose(judge)({ ask: () => ({}), ...options })],
  panel: [PANEL, (options) => loose(judge)({ panel: [() => ({})], ...options })],
  similar: [SIMILAR, loose(similar)],
  reliability: [RELIABILITY, (options) => loose(reliability)({ labels: "open", ...options })],
  vote: [VOTE, loose(vote)],
  unanimous: [UNANIMOUS, loose(unanimous)],
  support: [SUPPORT, loose(support)],
  learnedSupport: [LEARNED_SUPPORT, loose(learnedSupport)],
  human: [HUMAN, loose(human)],
  rerun: [RERUN, loose(rerun)],
  within: [WITHIN, loose(within)],
  learn: [LEARN, (options) => loose(learn)(contested, { labels: "open", ...options })],
  settle: [SETTLE, (options) => loose(settle)(contested, options)],
  commandAgent: [COMMAND, (options) => printing(options)],
  httpAgent: [HTTP, (options) => answering(options)],
  a2aAgent: [A2A, (options) => peering(options)],
  acpAgent: [
    ACP,
    (options) => alone(loose(acpAgent)({ ...PRINTS, name: "odd", retries: 0, ...options })),
  ],
  claude: [PRESET, (options) => alone(loose(claude)({ ...PRINTS, name: "odd", ...options }))],
  modelAgent: [
    MODEL_AGENT,
    (options) => alone(loose(modelAgent)({ name: "odd", model: MODEL, ...options })),
  ],
  fromAgent: [
    FROM_AGENT,
    (options) =>
      loose(fromAgent)({ version: "agent-v1", generate() {} }, { name: "odd", ...options }),
  ],
  frameworkAgent: [FRAMEWORK, (options) => ofFramework({ invoke: () => "ship" }, options)],
  modelJudge: [MODEL_JUDGE, (options) => loose(modelJudge)({ model: MODEL, ...options })],
  modelRouter: [ROUTER, (options) => loose(modelRouter)({ model: MODEL, agents: {}, ...options })],
  sqlite: [SQLITE, (options) => loose(sqlite)({ path: ":memory:", ...options })],
};

/** Each option, given a hostile value in place of what it is; and in lists and records, where it may have them. */
export const OPTION_SEAMS: Readonly<Record<string, Seam>> = Object.fromEntries([
  ...Object.entries(OPTIONS).flatMap(([what, [keys, build]]) =>
    Object.keys(keys).flatMap((key): readonly (readonly [string, Seam])[] => [
      [`${what}.${key}`, (value) => build({ [key]: value })],
      [`${what}.${key}, in a list`, (value) => build({ [key]: [value] })],
      [`${what}.${key}, in a record`, (value) => build({ [key]: { task: value } })],
    ]),
  ),
  ...Object.entries({ agent: make.agent, supervisor: make.supervisor, prefer, oneOf, judge })
    .map(([what, build]): readonly [string, Seam] => [`${what}()`, loose(build)])
    .concat([
      ["prefer(), one of them", (value) => loose(prefer)([value])],
      ["oneOf(), one of them", (value) => loose(oneOf)([value])],
    ]),
]);
