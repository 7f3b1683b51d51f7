import { createInterface } from "node:readline";
import { receivedAttempt, type NumberedEvent } from "../../call/received-attempt.ts";
import type { ReceivedAttempt } from "../../call/received-attempt.ts";
import { shown } from "../../check/shown.ts";
import { type Agent } from "../../describe/agent.ts";
import { isWorker } from "../../describe/worker.ts";
import { embeddedExecutor } from "../../executor/embedded.ts";
import type { AttemptRequest, RegisteredAgent } from "../../executor/executor.ts";
import { errorFrom, QuorateError } from "../../model/errors.ts";
import type { FromWorker, ToWorker } from "./lines.ts";

/** An attempt at a worker, until the worker forgets it. */
interface Job {
  readonly request: AttemptRequest;
  readonly attempt: ReceivedAttempt;
  readonly events: NumberedEvent[];
  /**
   *     queued ── its turn ──▶ at work ── its agent stops ──▶ stopped
   *     queued ── cancelled ──▶ stopped
   */
  state: "queued" | "at work" | "stopped";
  /** Requests for it since it was cancelled, which are answered when it has stopped. */
  readonly asked: number[];
  timer: NodeJS.Timeout | undefined;
}

function isAgents(given: unknown): given is readonly Agent[] {
  try {
    return Array.isArray(given) && given.length > 0 && given.every(isWorker);
  } catch {
    // A proxy may throw on any access.
    return false;
  }
}

/** How many stopped attempts are remembered. */
const MOST_STOPPED = 1_000;

/**
 * The other end of {@link farExecutor}, in its own process: takes attempts from its standard input, runs them one after another, and writes their
 * events to its standard output. Keeps the events, so that they can be asked for again. It ends when its input ends.
 */
export function farWorker(agents: readonly Agent[]): void {
  if (!isAgents(agents)) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `farWorker is given ${shown(agents)}; give it a list of agents, made by agent({ … })`,
    );
  }
  const registry = new Map<string, RegisteredAgent>(
    agents.map((agent) => [agent.name, { agent, tiers: new Map() }]),
  );
  const here = embeddedExecutor(registry);
  const jobs = new Map<string, Job>();
  let working: Job | undefined;

  const send = (line: FromWorker): void => {
    process.stdout.write(`${JSON.stringify(line)}\n`);
  };

  const take = (request: AttemptRequest): void => {
    const { attemptId } = request;
    const known = jobs.get(attemptId);
    // It begins once, however often it is sent.
    if (known !== undefined) return tellAfter(known, 0);
    const events: NumberedEvent[] = [];
    const attempt = receivedAttempt(request, (event) => {
      events.push(event);
      send({ type: "event", attemptId, event });
      if (event.type === "stopped" || ("stopped" in event && event.stopped)) leave(job);
    });
    const job: Job = { request, attempt, events, state: "queued", asked: [], timer: undefined };
    jobs.set(attemptId, job);
    next();
  };

  const next = (): void => {
    if (working !== undefined) return;
    const job = [...jobs.values()].find(({ state }) => state === "queued");
    if (job === undefined) return;
    working = job;
    job.state = "at work";
    const { timeoutMs, place } = job.request;
    if (timeoutMs !== undefined) {
      const why = new QuorateError("TIMEOUT", `${place.agent} timed out after ${timeoutMs} ms`);
      job.timer = setTimeout(() => stop(job, why), timeoutMs);
    }
    try {
      void here.start(job.attempt);
    } catch (thrown) {
      job.attempt.hear({ type: "failure", thrown, stopped: true });
    }
  };

  /** Tells its agent to stop. An agent that does not occupies the worker until the end of its grace. */
  const stop = (job: Job, reason: unknown): void => {
    clearTimeout(job.timer);
    const { attempt, request } = job;
    attempt.cancel(reason);
    here.cancel(request.attemptId, reason);
    job.timer = setTimeout(() => {
      if (working !== job) return;
      working = undefined;
      next();
    }, request.graceMs);
  };

  const leave = (job: Job): void => {
    clearTimeout(job.timer);
    job.state = "stopped";
    for (const ask of job.asked) send({ type: "attached", ask, isThere: false });
    if (working === job) working = undefined;
    const stopped = [...jobs].filter(([, { state }]) => state === "stopped");
    for (const [id] of stopped.slice(0, -MOST_STOPPED)) jobs.delete(id);
    next();
  };

  const tellAfter = ({ request, events }: Job, after: number): void => {
    const { attemptId } = request;
    for (const event of events) if (event.seq > after) send({ type: "event", attemptId, event });
  };

  const cancelled = new Set<Job>();

  const hear = (line: ToWorker): void => {
    if (line.type === "start") return take(line.request);
    const job = jobs.get(line.attemptId);
    if (line.type === "cancel") {
      if (job === undefined || job.state === "stopped") return;
      cancelled.add(job);
      if (job.state === "queued") return job.attempt.hear({ type: "stopped" });
      return stop(job, errorFrom(line.reason));
    }
    const { ask, after } = line;
    if (job === undefined) return send({ type: "attached", ask, isThere: false });
    if (!cancelled.has(job)) {
      send({ type: "attached", ask, isThere: true });
      return tellAfter(job, after);
    }
    if (job.state === "stopped") send({ type: "attached", ask, isThere: false });
    else job.asked.push(ask);
  };

  const input = createInterface({ input: process.stdin });
  input.on("line", (line) => hear(JSON.parse(line) as ToWorker));
  input.on("close", () => process.exit());
}
