import { leave } from "./leave.ts";
import { exitCodeFor, writeTo } from "./output.ts";

/**
 * Ends the process with `exitCode` when everything that was written has left it. A team's own timers and
 * connections do not keep it: its run is over. Where the output could not be written, says so, and fails.
 */
export async function finish(exitCode: number): Promise<never> {
  await Promise.all([drained(process.stdout), drained(process.stderr)]);
  leave(exitCodeFor(exitCode));
}

function drained(stream: NodeJS.WriteStream): Promise<void> {
  // Called with an error where nobody reads; there is nothing to wait for then, either.
  return new Promise((resolve) => writeTo(stream, "", () => resolve()));
}
