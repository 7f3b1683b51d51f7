import assert from "node:assert/strict";
import { func, text } from "../../check/kinds.ts";
import { options, type Options } from "../../check/options.ts";
import { type Agent, type AgentContext } from "../../describe/agent.ts";
import { isWorker } from "../../describe/worker.ts";
import type { Usage } from "../../model/call.ts";
import { QuorateError } from "../../model/errors.ts";
import { takeJson, type Json } from "../../model/json.ts";
import { shown } from "../../check/shown.ts";
import { clip } from "../../model/text.ts";
import { failureFrom, keptFailure } from "./failure.ts";
import { redactor, type RedactTape } from "./redact.ts";
import {
  askedOf,
  beginRecording,
  entriesOf,
  keep,
  keyOf,
  type AskedOf,
  type TapeEntry,
} from "./tape.ts";

/** How a cassette is recorded and replayed. */
export interface CassetteOptions {
  /**
   * Removes from a value what must not be on the tape, in addition to keys and tokens of known forms and secrets of the environment with at least 8
   * characters. It is also applied to what was asked, by which `replay` finds an attempt, so `record` and `replay` need the same function.
   */
  readonly redact?: RedactTape;
}

export const CASSETTE: Options<CassetteOptions> = options({ redact: func("use (value) => value") });

type TapedAgent = Agent<string, never, unknown>;

/**
 * The agent, with each of its attempts written to a file: what it was asked, and its answer or failure, with the usage that it reported. Several
 * agents may share a file. Earlier recordings of this agent are replaced when it is first asked. Attempts that are stopped are not recorded, and
 * neither is what the agent emits. The tasks of a batch are asked one by one.
 *
 * Throws `BAD_OPTIONS` if `agent` is not an agent: to record a team, record its agents.
 */
export function record<A extends TapedAgent>(
  file: string,
  agent: A,
  given: CassetteOptions = {},
): A {
  const redact = checked("record", file, agent, given);
  let order = 0;
  return wrapped(
    agent,
    (one) => record(file, one, given),
    async (task, context) => {
      if (order === 0) beginRecording(file, agent.name);
      const asked = askedOf(task, context, redact);
      const used: Usage[] = [];
      const attempt = { agent: agent.name, asked, order: order++, used };
      const listening = withReport(context, (usage) => {
        used.push(usage);
        context.report(usage);
      });
      try {
        const output: unknown = await agent.run(task, listening);
        const { fault, value } = { value: undefined, ...takeJson(output, Infinity) };
        // Quorate reports what is wrong with it.
        if (fault === undefined && !context.signal.aborted) {
          keep(file, { ...attempt, ...(value !== undefined && { output: redact(value as Json) }) });
        }
        return output;
      } catch (thrown) {
        if (!context.signal.aborted) {
          keep(file, { ...attempt, failure: keptFailure(thrown, redact) });
        }
        throw thrown;
      }
    },
  );
}

/**
 * The agent, answering from a file that `record` wrote instead of being asked: each attempt gets the result of a recorded attempt that was asked the
 * same, in the order in which those began. Usage is reported again. An attempt that is not on the tape fails with a message that names it, and is
 * not retried.
 *
 * Throws `BAD_OPTIONS` if `agent` is not an agent, and if the file does not exist or is not a cassette.
 */
export function replay<A extends TapedAgent>(
  file: string,
  agent: A,
  given: CassetteOptions = {},
): A {
  const redact = checked("replay", file, agent, given);
  const { name } = agent;
  const entries = entriesOf(file, name);
  const byKey = Map.groupBy(
    entries.toSorted((a, b) => a.order - b.order),
    keyOf,
  );
  const taken = new Map<string, number>();
  return wrapped(
    agent,
    (one) => replay(file, one, given),
    async (task, context) => {
      context.signal.throwIfAborted();
      const asked = askedOf(task, context, redact);
      const key = keyOf({ agent: name, asked });
      const before = taken.get(key) ?? 0;
      const entry = byKey.get(key)?.[before];
      if (entry === undefined) throw missing(file, name, asked, before, entries);
      taken.set(key, before + 1);
      for (const usage of entry.used) context.report(usage);
      if (entry.failure !== undefined) throw failureFrom(entry.failure);
      return entry.output;
    },
  );
}

function checked(what: string, file: unknown, agent: unknown, given: unknown): RedactTape {
  text('name a file, for instance "team.jsonl"').needed().take(file, `${what}: file`);
  if (file === "") throw new QuorateError("BAD_OPTIONS", `${what}: file is ""; name a file`);
  if (!isWorker(agent) || !("run" in agent) || "agents" in agent) {
    const instead = "give an agent; of a team, give its agents";
    throw new QuorateError("BAD_OPTIONS", `${what}: the agent is ${shown(agent)}; ${instead}`);
  }
  return redactor(CASSETTE.of(given, what).redact);
}

type RunFunction = (task: never, context: AgentContext<never>) => Promise<unknown>;

function wrapped<A extends TapedAgent>(
  agent: A,
  again: (one: TapedAgent) => TapedAgent,
  run: RunFunction,
): A {
  return Object.freeze({ ...agent, batch: undefined, fallback: agent.fallback.map(again), run });
}

/** A context that records each report. Its members are read only when they are used. */
function withReport<Upstream>(
  context: AgentContext<Upstream>,
  report: AgentContext["report"],
): AgentContext<Upstream> {
  return new Proxy(context, {
    get: (target, member) => (member === "report" ? report : Reflect.get(target, member, target)),
  });
}

const MAX_SHOWN_CHARS = 300;

function missing(
  file: string,
  name: string,
  asked: AskedOf,
  before: number,
  entries: readonly TapeEntry[],
): Error {
  const which = clip(JSON.stringify(asked.task), MAX_SHOWN_CHARS);
  const alike = entries.filter((one) => sameTask(one.asked, asked));
  const [first] = alike;
  const why =
    before > 0
      ? `it has ${before} of them, and this is one more`
      : first === undefined
        ? `it has ${entries.length} of that agent, and none with this task`
        : `it has ${alike.length} with this task, of which the first differs in: ${differences(first.asked, asked)}`;
  const message = `the cassette ${file} has no such attempt of ${name}: ${why}; the task is ${which}; record it again with record(…)`;
  return Object.assign(new assert.AssertionError({ message }), { retryable: false });
}

const sameTask = (a: AskedOf, b: AskedOf): boolean => isEqual(a.task, b.task);
const isEqual = (a: Json, b: Json): boolean => JSON.stringify(a) === JSON.stringify(b);

function differences(a: AskedOf, b: AskedOf): string {
  const parts = ["results", "issues", "tier", "failed", "others"] as const;
  return parts.filter((part) => !isEqual(a[part], b[part])).join(", ");
}
