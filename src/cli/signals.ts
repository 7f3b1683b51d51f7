import { EXIT } from "./exit-code.ts";
import { leave } from "./leave.ts";
import { strayed } from "./strays.ts";

/** Turns Ctrl-C, SIGTERM, and what the team's code does to the process, into an abort while it is held. */
export interface SignalScope extends Disposable {
  readonly signal: AbortSignal;
  /** The exit code of what stops the command; `undefined` while nothing does. */
  readonly exitCode: number | undefined;
}

const EXIT_CODES = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const;

/**
 * The first Ctrl-C or SIGTERM aborts `signal`, so that a run can stop in order and say so in its log; the
 * second ends the process at once.
 */
export function cancelOnSignals(): SignalScope {
  const controller = new AbortController();
  let exitCode: number | undefined;
  const stop = (name: "SIGINT" | "SIGTERM"): void => {
    if (exitCode !== undefined) leave(EXIT_CODES[name]);
    exitCode = EXIT_CODES[name];
    controller.abort(new Error(name === "SIGINT" ? "stopped by Ctrl-C" : "stopped by SIGTERM"));
  };
  const stray = (): void => {
    exitCode ??= EXIT.failed;
    controller.abort(strayed.reason);
  };
  if (strayed.aborted) stray();
  strayed.addEventListener("abort", stray, { once: true });
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    [Symbol.dispose]() {
      strayed.removeEventListener("abort", stray);
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
    },
  };
}

/** Until somebody stops the command. */
export function stopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true }),
  );
}

/** Waits for what a command needs before its work begins. If it is stopped meanwhile, the process ends at once: nothing is under way. */
export async function beginning<T>(scope: SignalScope, needed: Promise<T>): Promise<T> {
  const leaveNow = (): void => leave(scope.exitCode ?? EXIT.failed);
  if (scope.signal.aborted) leaveNow();
  scope.signal.addEventListener("abort", leaveNow, { once: true });
  try {
    return await needed;
  } finally {
    scope.signal.removeEventListener("abort", leaveNow);
  }
}
