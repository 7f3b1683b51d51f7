import { EXIT } from "./exit-code.ts";

/** Turns Ctrl-C and SIGTERM into an abort while it is held. */
export interface SignalScope extends Disposable {
  readonly signal: AbortSignal;
  /** The exit code of the signal that came; `undefined` while none has. */
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
    if (exitCode !== undefined) process.exit(EXIT_CODES[name]);
    exitCode = EXIT_CODES[name];
    controller.abort(new Error(name === "SIGINT" ? "stopped by Ctrl-C" : "stopped by SIGTERM"));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    [Symbol.dispose]() {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
    },
  };
}
