import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { reasonAsJson } from "../../call/received-attempt.ts";
import { shown } from "../../check/shown.ts";
import type { Attempt, Executor } from "../../executor/executor.ts";
import { QuorateError } from "../../model/errors.ts";
import type { FromWorker, ToWorker } from "./lines.ts";

/** The line between a coordinator and a worker, which a test can disturb. */
export interface FarLink {
  /** From now on, messages in both directions are lost. The worker continues. */
  cut(): void;
  /** The line works again, and the executor asks for what it has missed. */
  mend(): void;
  /** From now on, each line arrives twice. */
  double(): void;
  /** Holds back what the worker sends, until `letGo`. */
  hold(): void;
  letGo(): void;
  /** Kills the worker's process and starts a new one, which knows nothing. */
  restart(): Promise<void>;
}

/** An executor whose attempts run in another process, one after another. */
export interface FarExecutor extends Executor {
  attach(attempt: Attempt): Promise<boolean>;
  readonly link: FarLink;
  close(): Promise<void>;
}

type WorkerProcess = ChildProcessByStdio<Writable, Readable, null>;

/** The path of a module. Throws `BAD_OPTIONS` for anything else. */
function pathOf(program: unknown): string {
  try {
    const path = program instanceof URL ? fileURLToPath(program) : program;
    if (typeof path === "string" && statSync(path).isFile()) return path;
  } catch {
    // A value that cannot be read is neither.
  }
  throw new QuorateError(
    "BAD_OPTIONS",
    `farExecutor: ${shown(program)} is not a file; give the module that calls farWorker, by its path or its file URL`,
  );
}

/**
 * Runs attempts in another process, over a pipe: `program` is a module that calls {@link farWorker}. Use it to try how a team handles attempts that
 * wait elsewhere, a lost connection, and a worker that dies.
 */
export function farExecutor(program: string | URL): FarExecutor {
  const path = pathOf(program);
  /** The attempts that have not stopped, as far as is known. */
  const attempts = new Map<string, Attempt>();
  const asks = new Map<number, (isThere: boolean) => void>();
  let asked = 0;
  let isCut = false;
  let copies = 1;
  let held: string[] | undefined;
  let worker = begin();

  function begin(): WorkerProcess {
    const started = spawn(process.execPath, [path], { stdio: ["pipe", "pipe", "inherit"] });
    // A write to a process that has ended fails; its end is handled elsewhere.
    started.stdin.on("error", () => {});
    createInterface({ input: started.stdout }).on("line", arrive);
    return started;
  }

  function arrive(line: string): void {
    if (isCut) return;
    if (held !== undefined) return void held.push(line);
    for (let copy = 0; copy < copies; copy++) hear(JSON.parse(line) as FromWorker);
  }

  function hear(line: FromWorker): void {
    if (line.type === "attached") {
      asks.get(line.ask)?.(line.isThere);
      asks.delete(line.ask);
      return;
    }
    const { attemptId, event } = line;
    const attempt = attempts.get(attemptId);
    if (attempt === undefined) return;
    // If an event was lost on the way, it is asked for, with all later ones.
    if (event.seq > attempt.heard + 1) return void askFor(attempt);
    const hasStopped = event.type === "stopped" || ("stopped" in event && event.stopped);
    if (hasStopped) attempts.delete(attemptId);
    attempt.hear(event);
  }

  function send(line: ToWorker): void {
    if (isCut) return;
    for (let copy = 0; copy < copies; copy++) worker.stdin.write(`${JSON.stringify(line)}\n`);
  }

  function askFor({ attemptId, heard }: Attempt): Promise<boolean> {
    const ask = ++asked;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    asks.set(ask, resolve);
    send({ type: "attach", attemptId, after: heard, ask });
    return promise;
  }

  /** After the connection was lost: it is not known which messages have arrived. */
  async function goOn(attempt: Attempt): Promise<void> {
    const { attemptId, call, cancelled } = attempt;
    if (cancelled !== undefined) {
      const reason = reasonAsJson(call.place.agent, cancelled.reason);
      send({ type: "cancel", attemptId, reason });
    }
    if (await askFor(attempt)) return;
    if (attempts.get(attemptId) !== attempt) return;
    if (attempt.heard === 0 && cancelled === undefined) {
      return send({ type: "start", request: attempt.toJSON() });
    }
    attempts.delete(attemptId);
    attempt.hear({ type: "stopped" });
  }

  function lose(): void {
    for (const [attemptId, attempt] of attempts) {
      attempts.delete(attemptId);
      const why = `the process that ${attempt.call.place.agent} was at work in has ended`;
      attempt.hear({
        type: "failure",
        thrown: new QuorateError("AGENT_FAILED", why),
        stopped: true,
      });
    }
    for (const resolve of asks.values()) resolve(false);
    asks.clear();
  }

  async function end(): Promise<void> {
    const ending = worker;
    const ended = once(ending, "exit");
    ending.kill("SIGKILL");
    await ended;
  }

  return {
    start(attempt) {
      attempts.set(attempt.attemptId, attempt);
      send({ type: "start", request: attempt.toJSON() });
    },
    attach(attempt) {
      attempts.set(attempt.attemptId, attempt);
      return askFor(attempt).then((isThere) => {
        if (!isThere) attempts.delete(attempt.attemptId);
        return isThere;
      });
    },
    cancel(attemptId, reason) {
      const attempt = attempts.get(attemptId);
      if (attempt === undefined) return;
      const { agent } = attempt.call.place;
      send({ type: "cancel", attemptId, reason: reasonAsJson(agent, reason) });
    },
    close: end,
    link: {
      cut() {
        isCut = true;
      },
      mend() {
        isCut = false;
        for (const attempt of attempts.values()) void goOn(attempt);
      },
      double() {
        copies = 2;
      },
      hold() {
        held = [];
      },
      letGo() {
        const lines = held ?? [];
        held = undefined;
        for (const line of lines) arrive(line);
      },
      async restart() {
        await end();
        worker = begin();
        lose();
      },
    },
  };
}
