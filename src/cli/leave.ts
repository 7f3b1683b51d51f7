// Before a team is loaded, whose code may call what replaces it.
const exit = process.exit.bind(process);
let left = false;

/** Ends the process, at once. */
export function leave(exitCode: number): never {
  left = true;
  // Whatever others have made of it meanwhile.
  process.on("exit", () => (process.exitCode = exitCode));
  return exit(exitCode);
}

/** Whether the command line itself has ended the process. */
export function hasLeft(): boolean {
  return left;
}
