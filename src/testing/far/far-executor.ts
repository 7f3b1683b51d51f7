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

/** The line between a coordinator and a worker, and what may befall it. */
export interface FarLink {
  /** What either sends is lost from now on. The worker works on. */
  cut(): void;
  /** It is there again: the executor asks for what it has missed. */
  mend(): void;
  /** Each line arrives twice from now on. */
  double(): void;
  /** What the worker sends arrives only when it is let go on. */
  hold(): void;
  letGo(): void;
  /** The worker's process is killed, and another one takes its place, which knows nothing. */
  restart(): Promise<void>;
}

/** An executor whose attempts are carried out in another process, one after another. */
export interface FarExecutor extends Executor {
  attach(attempt: Attempt): Promise<boolean>;
  readonly link: FarLink;
  close(): Promise<void>;
}

type WorkerProcess = ChildProcessByStdio<Writable, Readable, null>;

/** The path of a module. Throws `BAD_OPTIONS` where there is none. */
function pathOf(program: unknown): string {
  try {
    const path = program instanceof URL ? fileURLToPath(program) : program;
    if (typeof path === "string" && statSync(path).isFile()) return path;
  } catch {
    // Neither is what cannot be read.
  }
  throw new QuorateError(
    "BAD_OPTIONS",
    `farExecutor: ${shown(program)} is no file; give the module that calls farWorker, by its path or its file URL`,
  );
}

/**
 * Carries attempts out in another process, behind a pipe: `program` is a module that calls {@link farWorker}. To try out what a team makes of
 * attempts that wait elsewhere, of a lost connection and of a worker that dies.
 */
export function farExecutor(program: string | URL): FarExecutor {
  const path = pathOf(program);
  /** Those that have not stopped, as far as is known. */
  const attempts = new Map<string, Attempt>();
  const asks = new Map<number, (isThere: boolean) => void>();
  let asked = 0;
  let isCut = false;
  let copies = 1;
  let held: string[] | undefined;
  let worker = begin();

  function begin(): WorkerProcess {
    const started = spawn(process.execPath, [path], { stdio: ["pipe", "pipe", "inherit"] });
    // One that is gone cannot be written to: its end says it.
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
    // One that was lost on the way is asked for, with all that came after it.
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

  /** After the connection was lost: it is not known what of what was sent has arrived. */
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
