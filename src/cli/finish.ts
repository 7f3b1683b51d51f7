/**
 * Ends the process with `exitCode` when everything that was written has left it. A team's own timers and
 * connections do not keep it: its run is over.
 */
export async function finish(exitCode: number): Promise<never> {
  await Promise.all([drained(process.stdout), drained(process.stderr)]);
  process.exit(exitCode);
}

function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    // Called with an error when the reader is gone; there is nothing to wait for then, either.
    stream.write("", () => resolve());
  });
}
