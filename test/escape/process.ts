import { setImmediate as turn, setTimeout as wait } from "node:timers/promises";
import { HOSTILE, rejecting } from "./hostile-values.ts";
import { FUNCTIONS, OPTION_SEAMS, pace, VALUES, type Seam } from "./seams.ts";

// Walks all seams with all hostile values, and prints what escaped where, and what the caller was told of a plain promise.
const escaped: string[] = [];
const told: Record<string, string> = {};
let where = "at the start";
const note = (what: string) => (reason: unknown) => {
  escaped.push(`${where}: ${what}: ${String((reason as Error | undefined)?.stack)}`);
};
process.on("unhandledRejection", note("unhandled rejection"));
process.on("uncaughtException", note("uncaught exception"));

/** Some never answer: that is another matter, and is not waited for. */
async function tryOut(
  what: string,
  seam: Seam,
  value: unknown,
  mostMs: number,
): Promise<() => string> {
  where = what;
  let said: () => string;
  try {
    const late = wait(mostMs, "no answer");
    const result: unknown = await Promise.race([seam(value as never), late]);
    said = () => JSON.stringify(result, withErrors) ?? "nothing";
  } catch (error) {
    said = () => `rejects: ${String((error as Error | undefined)?.message)}`;
  }
  // Unhandled rejections are told of when a turn is over.
  await turn();
  return said;
}

function withErrors(_key: string, value: unknown): unknown {
  return value instanceof Error ? { error: value.message } : value;
}

const PATIENT_MS = 5_000;
for (const [name, seam] of Object.entries(FUNCTIONS)) {
  const said = await tryOut(`${name} answers with a promise`, seam, rejecting, PATIENT_MS);
  told[name] = said();
}
for (const [name, seam] of Object.entries(VALUES)) {
  const said = await tryOut(`${name} is a promise`, seam, rejecting(), PATIENT_MS);
  told[name] = said();
}

const QUICK_MS = 6;
const PAUSE_MS = 20;
const { timeoutMs } = pace;
pace.timeoutMs = 1;
for (const [name, seam] of Object.entries(FUNCTIONS)) {
  for (const [kind, hostile] of Object.entries(HOSTILE)) {
    await tryOut(`${name} answers with ${kind}`, seam, hostile, QUICK_MS);
    const throws = (): never => {
      throw hostile();
    };
    await tryOut(`${name} throws ${kind}`, seam, throws, QUICK_MS);
    const rejects = async (): Promise<never> => {
      await Promise.resolve();
      throw hostile();
    };
    await tryOut(`${name} rejects with ${kind}`, seam, rejects, QUICK_MS);
  }
}
// These are there before the run: what has to come to them must not be over before.
pace.timeoutMs = timeoutMs;
for (const [name, seam] of Object.entries(VALUES)) {
  for (const [kind, hostile] of Object.entries(HOSTILE)) {
    await tryOut(`${name} is ${kind}`, seam, hostile(), QUICK_MS);
  }
}
// Options are made by the program itself, not by what it calls: promises are what is forgotten there.
for (const [name, seam] of Object.entries(OPTION_SEAMS)) {
  for (const kind of ["a promise", "a promise of another realm", "a list of promises"]) {
    await tryOut(`the option ${name} is ${kind}`, seam, HOSTILE[kind]?.(), QUICK_MS);
  }
}
// Those that never answer have their end here, too.
await wait(PAUSE_MS);
process.stdout.write(`${JSON.stringify({ escaped, told })}\n`, () => process.exit());
