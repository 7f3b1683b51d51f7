// Carries out many command lines in one process, one after another: a process for each would take most of the time. They are given as a JSON list of
// lists of words on standard input; what each came to is printed as a JSON list.

import { registerHooks } from "node:module";

// The teams beside have the library from here too, and not a second time as it is built.
registerHooks({
  resolve(specifier, context, next) {
    const [ours, part = ""] = /^quorate((?:\/.*)?)$/.exec(specifier) ?? [];
    if (ours === undefined) return next(specifier, context);
    return next(new URL(`../../../src${part}/index.ts`, import.meta.url).href, context);
  },
});

const written = { stdout: "", stderr: "" };
const print = process.stdout.write.bind(process.stdout);
for (const stream of ["stdout", "stderr"] as const) {
  process[stream].write = ((text: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
    written[stream] += typeof text === "string" ? text : Buffer.from(text).toString();
    const done = rest.at(-1);
    if (typeof done === "function") process.nextTick(done, null);
    return true;
  }) as typeof process.stdout.write;
}
const { write } = process.stdout;

// What the command line writes with is chosen when it is loaded.
const { runProgram } = await import("../../../src/cli/program.ts");

let given = "";
for await (const chunk of process.stdin) given += String(chunk);

const results: object[] = [];
for (const args of JSON.parse(given) as readonly (readonly string[])[]) {
  Object.assign(written, { stdout: "", stderr: "" });
  const code = await runProgram(args);
  results.push({ code, ...written });
  // A line with --json has left it to what is printed in the end.
  process.stdout.write = write;
}
print(JSON.stringify(results), () => process.exit(0));
