import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Attempt, AttemptEvent, AttemptRequest, Executor } from "../../executor/executor.ts";
import type { ContractCase } from "../contract.ts";
import type { FarLink } from "../far/far-executor.ts";
import type { ContractStep } from "./stepper.ts";

/** An idle executor that runs `executorAgents`. */
export interface ExecutorUnderTest {
  readonly executor: Executor;
  /** The line to where attempts run, which a case can disturb; left out if there is none. */
  readonly link?: FarLink;
}

/** Opens an executor. `close` closes everything that it opened. */
export type OpenExecutor = () => ExecutorUnderTest | Promise<ExecutorUnderTest>;

/** An attempt, with the events that were received of it. */
export interface HeardAttempt extends Attempt {
  readonly events: readonly AttemptEvent[];
  /** The types of the events, in order. */
  readonly types: readonly string[];
}

/** What a case can do with an executor. */
export interface ExecutorBench {
  readonly executor: Executor;
  /** The line, in cases for executors that have one. */
  readonly link: FarLink;
  /** An attempt with these steps. With the id of another attempt, it receives that attempt's events. */
  attempt(steps: readonly ContractStep[], more?: Partial<AttemptRequest>): HeardAttempt;
  /** Cancels the attempt. */
  cancel(attempt: HeardAttempt, reason: unknown): void;
  /** The path of a file that does not exist yet, and a function that creates it. */
  gate(): { readonly file: string; readonly open: () => void };
  /** Waits until the condition holds. */
  until(holds: () => boolean, what: string): Promise<void>;
  /** Waits long enough for something unwanted to happen. */
  pause(): Promise<void>;
}

const PATIENCE_MS = 20_000;
const LOOK_EVERY_MS = 2;
const PAUSE_MS = 60;

/** A case with its own executor. */
export function executorCase(
  open: OpenExecutor,
  name: string,
  check: (bench: ExecutorBench) => Promise<void>,
): ContractCase {
  return {
    name,
    async run() {
      const tested = await open();
      const folder = mkdtempSync(join(tmpdir(), "quorate-executor-"));
      try {
        await check(benchOf(tested, folder));
      } finally {
        await tested.executor.close();
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

function benchOf({ executor, link }: ExecutorUnderTest, folder: string): ExecutorBench {
  let made = 0;
  const cancelled = new Map<string, { readonly reason: unknown }>();
  return {
    executor,
    get link() {
      assert.ok(link !== undefined, "the executor has no line");
      return link;
    },
    attempt: (steps, more) => heardAttempt(requestOf(++made, steps, more), cancelled),
    cancel({ attemptId }, reason) {
      cancelled.set(attemptId, { reason });
      executor.cancel(attemptId, reason);
    },
    gate() {
      const file = join(folder, `gate ${++made}`);
      return { file, open: () => writeFileSync(file, "") };
    },
    async until(holds, what) {
      const endMs = performance.now() + PATIENCE_MS;
      while (!holds()) {
        assert.ok(performance.now() < endMs, `it did not come about that ${what}`);
        await setTimeout(LOOK_EVERY_MS);
      }
    },
    pause: () => setTimeout(PAUSE_MS),
  };
}

function requestOf(
  number: number,
  steps: readonly ContractStep[],
  more: Partial<AttemptRequest> = {},
): AttemptRequest {
  return {
    attemptId: `run/stepper#1.${number}`,
    runId: "run",
    callId: "stepper",
    place: { callId: "stepper", agent: "stepper", role: "agent" },
    agent: "stepper",
    version: undefined,
    input: steps,
    key: undefined,
    results: {},
    attempt: 1,
    issues: [],
    idempotencyKey: `key ${number}`,
    graceMs: 50,
    maxBytes: 1_000_000,
    traceparent: "00-00000000000000000000000000000001-0000000000000001-01",
    ...more,
  };
}

function heardAttempt(
  request: AttemptRequest,
  cancelled: ReadonlyMap<string, { readonly reason: unknown }>,
): HeardAttempt {
  const { attemptId, idempotencyKey } = request;
  const events: AttemptEvent[] = [];
  let heard = 0;
  return {
    attemptId,
    idempotencyKey,
    call: request,
    events,
    get types() {
      return events.map(typeOf);
    },
    get cancelled() {
      return cancelled.get(attemptId);
    },
    get heard() {
      return heard;
    },
    hear(event) {
      const { seq } = event;
      if (seq !== undefined) {
        if (seq <= heard) return;
        assert.equal(seq, heard + 1, "events are told without a gap");
        heard = seq;
      }
      events.push(event);
    },
    toJSON: () => request,
  };
}

/** The event's type; if it says that the agent has stopped, the type includes that. */
function typeOf(event: AttemptEvent): string {
  return "stopped" in event && event.stopped === true ? `${event.type}, stopped` : event.type;
}

/** Whether its agent has stopped. */
export function hasStopped({ events }: HeardAttempt): boolean {
  const last = events.at(-1);
  return last !== undefined && typeOf(last).endsWith("stopped");
}
