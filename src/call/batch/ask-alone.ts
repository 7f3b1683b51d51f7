import type { Agent } from "../../describe/agent.ts";
import { Cancellation, followAwake } from "../../async/cancellation.ts";
import { systemClock } from "../../async/clock.ts";
import { judgePlace, ROOT } from "../../model/call-place.ts";
import { deadlines } from "../../async/deadlines.ts";
import type { AgentResult } from "../../model/call.ts";
import { randomId } from "../../model/hash.ts";
import type { DescribedLimiter } from "../../limits/limiter-options.ts";
import { makeLimit, type Limit } from "../../limits/limit.ts";
import { localLimiter } from "../../limits/limiter.ts";
import { limitsOf, namedLimiters, NO_LIMITERS, withLimiters } from "../../limits/named-limiters.ts";
import { RunBudgets } from "../../limits/run-budgets.ts";
import { mergeLimits } from "../../describe/limits.ts";
import { performCall } from "../call.ts";
import { BillFold } from "../../money/bill.ts";
import { NoticeFold } from "../../model/notice-fold.ts";
import { memoryStore } from "../../store/memory.ts";
import { embeddedExecutor } from "../../executor/embedded.ts";
import { flights } from "../cache/single-flight.ts";
import { Journal } from "../../log/journal.ts";
import { agentDefinition } from "../key.ts";
import type { Run } from "../run.ts";
import { PLAIN_AGENT, slotsOf, type ConfiguredAgent } from "../configured-agent.ts";

/** Agents that are asked without a supervisor, and their limiters. */
export interface Alone {
  readonly agents: readonly Agent[];
  readonly limiters: ReadonlyMap<string, DescribedLimiter>;
  /** The beginning of a refusal. */
  readonly where: string;
  readonly signal: AbortSignal | undefined;
}

type AskAlone = (agent: Agent, task: unknown, key: string) => Promise<AgentResult>;

const ALONE_CONCURRENCY = 8;
const NO_TIER = { tier: undefined, model: undefined };
const NO_STORE = { append: (): void => {} };

/**
 * Asks `agents` without a supervisor: through all the steps of a call, with the default limits, at most 8 attempts at once, and
 * with a log that is not kept. A call rejects only if `signal` aborts, with its reason. Throws `BAD_OPTIONS` if an agent
 * names an unknown limiter.
 */
export function aloneAsker({ agents, limiters: described, where, signal }: Alone): AskAlone {
  const slots = makeLimit(ALONE_CONCURRENCY);
  const backend = namedLimiters();
  const here = withLimiters(NO_LIMITERS, described, backend, where);
  const named = (agent: Agent): readonly Limit[] => limitsOf(here, agent, NO_TIER, backend, where);
  for (const agent of agents) named(agent);
  const { values } = memoryStore();
  const runId = randomId();
  return async (agent, task, key) => {
    const cancellation = new Cancellation();
    using _following = signal === undefined ? undefined : followAwake(signal, cancellation);
    const journal = new Journal({ runId, store: NO_STORE, clock: systemClock, fail: () => {} });
    const run: Run = {
      journal,
      cancellation,
      deadline: undefined,
      clock: systemClock,
      executor: embeddedExecutor(new Map([[agent.name, { agent, tiers: new Map() }]])),
      tracing: undefined,
      bill: new BillFold(),
      notices: new NoticeFold(),
      limiter: localLimiter(systemClock),
      budgets: new RunBudgets(),
      values,
      cache: {},
      tenant: undefined,
      flights: flights(),
      shared: undefined,
      resumable: false,
      keys: undefined,
      redact: undefined,
      history: undefined,
      origin: undefined,
      learned: new Map(),
      waits: [],
    };
    const limits = mergeLimits(agent.limits);
    const { timeoutMs } = limits;
    const timeouts = timeoutMs === Infinity ? undefined : deadlines(systemClock, timeoutMs);
    const limiters = [slots, ...named(agent)];
    const configured: ConfiguredAgent = {
      ...PLAIN_AGENT,
      agent,
      definition: () => agentDefinition(agent),
      place: agent.name,
      limits,
      timeouts,
      limiters,
      slots: slotsOf({ agent, limits, limiters, budgets: [] }),
    };
    const { result } = await performCall(run, configured, {
      place: judgePlace(ROOT, agent.name, key),
      task,
      results: {},
    });
    return result;
  };
}
