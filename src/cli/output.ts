import { printError } from "./print-error.ts";
import { EXIT } from "./exit-code.ts";

// Standard output and standard error are the command line's: it writes its report there to the end of the process, whatever the code
// of a team does to them meanwhile.

type Output = NodeJS.WriteStream;

const STDOUT = 1;
const STDERR = 2;

/** As it is before anything is made of it: with `--json` the rest of the process writes to standard error. */
const writeStdout = process.stdout.write.bind(process.stdout);

/** Writes to a stream of the process; calls `done` when that has left it, or cannot. */
export function writeTo(stream: Output, text: string, done?: (error?: Error | null) => void): void {
  if (stream === process.stdout) writeStdout(text, done);
  else stream.write(text, done);
}

const closedStreams = new WeakMap<Output, AbortController>();

/** Aborted when nothing can be written to a stream any more, with the error that says why. */
export function closed(stream: Output): AbortSignal {
  const known = closedStreams.get(stream);
  if (known !== undefined) return known.signal;
  const controller = new AbortController();
  closedStreams.set(stream, controller);
  stream.on("error", (error) => controller.abort(error));
  return controller.signal;
}

/** Why an output cannot be written, where that is more than a reader who has seen enough (`| head`). */
export function outputFailure({ aborted, reason }: AbortSignal): string | undefined {
  if (!aborted) return undefined;
  const { code, message } = reason as NodeJS.ErrnoException;
  return code === "EPIPE" ? undefined : message;
}

const told = new WeakSet<AbortSignal>();

/** Tells on stderr, in a sentence that says more than that, that an output is closed. */
export function tellClosed(output: AbortSignal, sentence: string): void {
  told.add(output);
  printError(sentence);
}

/** The exit code of a command whose output may not have been written: a script must not take a part for the whole. */
export function exitCodeFor(exitCode: number): number {
  const stdout = closed(process.stdout);
  const failure = outputFailure(stdout);
  if (failure === undefined) return exitCode;
  if (!told.has(stdout)) printError(`the output could not be written: ${failure}`);
  const whole: readonly number[] = [EXIT.ok, EXIT.open, EXIT.against];
  return whole.includes(exitCode) ? EXIT.failed : exitCode;
}

/** Keeps code of the team from closing the outputs: what is opened next would have their numbers, a database too. */
export function keepOutputs(): void {
  for (const stream of [process.stdout, process.stderr]) {
    closed(stream);
    const end = (...given: readonly unknown[]): Output => {
      const [chunk] = given;
      const done = given.at(-1);
      if (typeof chunk === "string" || chunk instanceof Uint8Array) stream.write(chunk);
      if (typeof done === "function") process.nextTick(done);
      return stream;
    };
    stream.end = end as never;
  }
  const files = process.getBuiltinModule("node:fs");
  const { close, closeSync } = files;
  const isOurs = (descriptor: unknown): boolean => descriptor === STDOUT || descriptor === STDERR;
  replace(files, "closeSync", (descriptor: number) => {
    if (!isOurs(descriptor)) closeSync(descriptor);
  });
  replace(files, "close", (descriptor: number, done?: (error?: Error | null) => void) => {
    if (!isOurs(descriptor)) close(descriptor, done);
    else if (done !== undefined) process.nextTick(done, null);
  });
  process.getBuiltinModule("node:module").syncBuiltinESMExports();
}

/**
 * Leaves standard output to the command line: what else is written there goes to standard error, by `console.log`, through the
 * descriptor, and by programs that are started with it.
 */
export function reserveStdout(): void {
  process.stdout.write = process.stderr.write.bind(process.stderr);
  const files = process.getBuiltinModule("node:fs");
  for (const name of WRITERS) {
    const write = files[name] as (descriptor: unknown, ...rest: readonly unknown[]) => unknown;
    replace(files, name, (descriptor: unknown, ...rest: readonly unknown[]) =>
      write(descriptor === STDOUT ? STDERR : descriptor, ...rest),
    );
  }
  const programs = process.getBuiltinModule("node:child_process");
  const { spawn } = programs.ChildProcess.prototype as unknown as { spawn: Spawn };
  replace(programs.ChildProcess.prototype, "spawn", function (this: object, options: object) {
    return spawn.call(this, withoutStdout(options));
  });
  for (const name of ["spawnSync", "execFileSync", "execSync"] as const) {
    const run = programs[name] as (...given: readonly unknown[]) => unknown;
    replace(programs, name, (...given: readonly unknown[]) =>
      run(...given.map((one) => (isOptions(one) ? withoutStdout(one) : one))),
    );
  }
  process.getBuiltinModule("node:module").syncBuiltinESMExports();
}

type Spawn = (this: object, options: object) => unknown;

const WRITERS = [
  "write",
  "writeSync",
  "writev",
  "writevSync",
  "writeFile",
  "writeFileSync",
  "appendFile",
  "appendFileSync",
] as const;

/** Puts a function in the place of another one, with all else that that has. */
export function replace(object: object, name: string, by: (...given: never) => unknown): void {
  const before: unknown = Reflect.get(object, name);
  Object.defineProperties(by, Object.getOwnPropertyDescriptors(Object(before)));
  Reflect.set(object, name, by);
}

function isOptions(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** How a program is started, without our standard output. */
function withoutStdout(options: object): object {
  const { stdio } = options as { readonly stdio?: unknown };
  if (stdio === "inherit") return { ...options, stdio: ["inherit", STDERR, "inherit"] };
  if (!Array.isArray(stdio)) return options;
  const kept = stdio.map((one: unknown, index) =>
    one === STDOUT || one === process.stdout || (index === STDOUT && one === "inherit")
      ? STDERR
      : one,
  );
  return { ...options, stdio: kept };
}
