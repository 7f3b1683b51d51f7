import { Readable } from "node:stream";
import { replace } from "../output.ts";

const STDIN = 0;

type ProgramStart = { readonly stdio?: unknown };

/**
 * Leaves standard input to the command line, which reads what is given back: code of the team finds an input that has ended, and the
 * programs that it starts have none of ours.
 */
export function reserveStdin(): Readable {
  const { stdin } = process;
  const empty = Readable.from([]);
  Object.defineProperty(process, "stdin", {
    configurable: true,
    enumerable: true,
    get: () => empty,
  });
  const without = (options: ProgramStart): ProgramStart => withoutStdin(options, stdin);
  const programs = process.getBuiltinModule("node:child_process");
  const { spawn } = programs.ChildProcess.prototype as unknown as {
    spawn: (this: object, options: object) => unknown;
  };
  replace(programs.ChildProcess.prototype, "spawn", function (this: object, options: ProgramStart) {
    return spawn.call(this, without(options));
  });
  for (const name of ["spawnSync", "execFileSync", "execSync"] as const) {
    const run = programs[name] as (...given: readonly unknown[]) => unknown;
    replace(programs, name, (...given: readonly unknown[]) =>
      run(...given.map((one) => (isOptions(one) ? without(one) : one))),
    );
  }
  process.getBuiltinModule("node:module").syncBuiltinESMExports();
  return stdin;
}

function isOptions(value: unknown): value is ProgramStart {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** How a program is started, without our standard input. */
function withoutStdin(options: ProgramStart, stdin: unknown): ProgramStart {
  const { stdio } = options;
  if (stdio === "inherit") return { ...options, stdio: ["ignore", "inherit", "inherit"] };
  if (!Array.isArray(stdio)) return options;
  const kept = stdio.map((one: unknown, index) =>
    one === STDIN || one === stdin || (index === STDIN && one === "inherit") ? "ignore" : one,
  );
  return { ...options, stdio: kept };
}
