import { stat } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { describeThrown, QuorateError } from "../../model/errors.ts";
import { isWorker } from "../../index.ts";
import { hasSecrets, isSupervisor, type Supervisor } from "../../supervisor.ts";
import { EXIT, Stopped } from "../exit-code.ts";
import { givenPath } from "./given-path.ts";
import { clip } from "../shown/wrap.ts";
import { cancelOnSignals } from "../signals.ts";
import { stackPlace } from "../stack-place.ts";
import { hideStrays, strayed, whenIdle } from "../strays.ts";

/**
 * The supervisor that a TypeScript or JavaScript file exports by default. Rejects with `BAD_OPTIONS` when there
 * is no such file, when it cannot be loaded, or when its default export is something else.
 */
export async function loadTeam(file: string): Promise<Supervisor> {
  const found = await stat(givenPath(file)).catch(() => undefined);
  if (found?.isFile() !== true) {
    throw unusable(
      `${found === undefined ? `There is no file ${file}` : `${file} is no file`}; give a TypeScript or JavaScript file that exports a supervisor.`,
    );
  }
  const exported = await exportsOf(file);
  const team = defaultOf(exported);
  if (!isSupervisor(team)) throw unusable(`${file} ${whyNoTeam(team, exported)}`);
  if (hasSecrets(team)) hideStrays();
  return team;
}

/** What is wrong with what a file exports, and what to write instead. */
function whyNoTeam(team: unknown, exported: Exports): string {
  const instead = 'write "export default supervisor({ … })" in it';
  if (isWorker(team)) {
    return "exports an agent by default, not a supervisor; put the agent into one: export default supervisor({ name, agents: { … } }).";
  }
  if (typeof team === "function") {
    return "exports a function by default, not a supervisor; export the supervisor itself.";
  }
  const [name] = Object.entries(exported).find(([, one]) => isSupervisor(one)) ?? [];
  if (name !== undefined) {
    return `does not export its supervisor ${name} by default; write "export default ${name}" in it.`;
  }
  return `does not export a supervisor; ${instead}.`;
}

/** What a TypeScript or JavaScript file of the user exports by default. Rejects with `BAD_OPTIONS` when it cannot be loaded. */
export async function exportedBy(file: string): Promise<unknown> {
  return defaultOf(await exportsOf(file));
}

type Exports = Readonly<Record<string, unknown>>;

/** The default export, also of a file that a compiler made CommonJS of: there it is a member of what the file exports. */
function defaultOf({ default: value }: Exports): unknown {
  const { __esModule: isCompiled, default: inner } = Object(value) as Exports;
  return isCompiled === true && inner !== undefined ? inner : value;
}

async function exportsOf(file: string): Promise<Exports> {
  const path = givenPath(file);
  const mostMs = loadMs();
  let exported: Exports;
  try {
    exported = (await loaded(file, path, mostMs)) as Exports;
  } catch (error) {
    if (error instanceof Stopped || (strayed.aborted && error === strayed.reason)) throw error;
    // The user's own mistake in a description: its sentence says more than anything about loading.
    if (error instanceof QuorateError) throw error;
    if (isTakenForCommonJs(error)) {
      const renamed = file.replace(/\.([jt])s$/, ".m$1s");
      throw unusable(
        `${file} is taken for CommonJS; put "type": "module" into the nearest package.json, or call it ${renamed}.`,
        error,
      );
    }
    // A loader of the user's may have made code of it: it is said only of what could not be loaded.
    if (!/\.[cm]?[jt]s$/.test(path)) {
      throw unusable(
        `${file} is not code that Node runs as it is; name a file that ends in .ts, .mts, .cts, .js, .mjs or .cjs.`,
        error,
      );
    }
    throw unusable(
      `${file} cannot be loaded: ${describeThrown(error)}${stackPlace(error, path)}`,
      error,
    );
  }
  // It may have caught that itself.
  strayed.throwIfAborted();
  return exported;
}

/** How long a team may take to load, where `QUORATE_LOAD_MS` says nothing else. */
const LOAD_MS = 60_000;

function loadMs(): number {
  const given = process.env["QUORATE_LOAD_MS"] ?? "";
  if (given === "") return LOAD_MS;
  const ms = Number(given);
  if (Number.isInteger(ms) && ms >= 1 && ms <= MAX_TIMER_MS && given.trim() !== "") return ms;
  throw unusable(
    `QUORATE_LOAD_MS is "${clip(given, MOST_SHOWN)}"; give a whole number of ms, from 1 to ${MAX_TIMER_MS}.`,
  );
}

/** The longest that a timer of Node's can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;
const MOST_SHOWN = 40;

/** What a file exports, once its top-level awaits are over; they may never be, with the process alive or with nothing left in it. */
async function loaded(file: string, path: string, mostMs: number): Promise<unknown> {
  using signals = cancelOnSignals();
  const { promise: given, reject: giveUp } = Promise.withResolvers<never>();
  const unfinished = `${file} did not finish loading`;
  const idle = (): void => {
    giveUp(
      unusable(
        `${unfinished}: a top-level await in it, or in what it imports, waits for what never comes.`,
      ),
    );
  };
  // It must not keep a process alive in which nothing can happen any more.
  const timer = setTimeout(() => {
    const more =
      "a top-level await in it, or in what it imports, still waits; QUORATE_LOAD_MS allows more";
    giveUp(unusable(`${unfinished} within ${mostMs} ms: ${more}.`));
  }, mostMs).unref();
  signals.signal.addEventListener("abort", () => {
    const { exitCode = EXIT.failed } = signals;
    const by = exitCode === EXIT.interrupted ? "Ctrl-C" : "SIGTERM";
    giveUp(
      strayed.aborted ? strayed.reason : new Stopped(`${unfinished}; stopped by ${by}`, exitCode),
    );
  });
  using _idle = whenIdle(idle);
  try {
    return await Promise.race([import(pathToFileURL(path).href), given]);
  } finally {
    clearTimeout(timer);
  }
}

// What npm init makes is a package of CommonJS, and Node's own message does not say what to do.
function isTakenForCommonJs(error: unknown): boolean {
  return (
    error instanceof SyntaxError &&
    /^(Cannot use import statement outside a module|Unexpected token 'export')/.test(error.message)
  );
}

function unusable(message: string, cause?: unknown): QuorateError {
  return new QuorateError("BAD_OPTIONS", message, cause === undefined ? {} : { cause });
}
