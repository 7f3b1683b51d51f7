import { describeThrown } from "../model/errors.ts";
import { REDACTED } from "../model/json.ts";
import { agentHere, runsHere } from "../limits/deadlock.ts";
import { requestDesk } from "../log/request-desk.ts";
import type { Store } from "../store/store.ts";
import { printError } from "./print-error.ts";
import { hasLeft, leave } from "./leave.ts";
import { EXIT } from "./exit-code.ts";
import { framesAlone, stackPlace } from "./stack-place.ts";

// What code of a team does to the process, and nobody can catch for it: a promise that it leaves behind and that rejects, an error
// thrown in a timer, an event or an abort listener, `process.exit()`. A process has one of each of these, so this has state.

const first = new AbortController();
let told = 0;
const MOST_TOLD = 5;

/** Aborted by the first stray, with an error that says whose it is: whatever is under way ends in order, and has failed. */
export const strayed: AbortSignal = first.signal;

/** What is thrown in place of the end of the process: the code that wanted that must not go on. Known by identity: nothing is asked of what is thrown. */
const exits = new WeakSet<object>();

let hidden = false;

/**
 * A team of this process has `redact`: from here on it is told where a stray comes from, and nothing of what it says. It has passed
 * through no redactor, and of a process with several runs nobody knows whose secrets it may have.
 */
export function hideStrays(): void {
  hidden = true;
}

/** From here on strays are told on stderr and abort {@link strayed}, in place of ending the process. */
export function watchStrays(): void {
  process.on("unhandledRejection", (reason) => {
    stray(reason, "left a promise behind that rejected");
  });
  process.on("uncaughtException", (error: unknown) => {
    stray(error, "threw where nobody could catch it");
  });
  process.exit = ((code?: unknown): never => {
    // By what listens to the end that is on its way.
    if (hasLeft()) return undefined as never;
    const called = new Error(`process.exit(${code === undefined ? "" : said(code)})`);
    exits.add(called);
    tell(`${whose()} called ${called.message}`, called);
    throw called;
  }) as typeof process.exit;
  process.on("beforeExit", () => {
    const knows = waiting.at(-1);
    if (knows !== undefined) return knows();
    // Told once already, and still nothing moves.
    if (strayed.aborted) leave(EXIT.failed);
    tell(
      "nothing can happen any more, and the command has not ended: something in it waits forever",
    );
    // Where that moves nothing, this comes again.
    setImmediate(() => {});
  });
  process.on("exit", () => {
    if (hasLeft()) return;
    tell("the process was ended from within, before the command was over");
    process.exitCode = EXIT.failed;
  });
}

const waiting: (() => void)[] = [];

/** While it is held, `say` is called in place of that when nothing is left in the process that could still happen. */
export function whenIdle(say: () => void): Disposable {
  waiting.push(say);
  return { [Symbol.dispose]: () => void waiting.splice(waiting.indexOf(say), 1) };
}

const hosts: Store[] = [];

/** While it is held, a stray within a run that this process drives in `store` cancels that run, and nothing else: for commands with many runs. */
export function straysEndRuns(store: Store): Disposable {
  hosts.push(store);
  return { [Symbol.dispose]: () => void hosts.splice(hosts.indexOf(store), 1) };
}

/** Whether the stray is one of a run, and there is a command that goes on without that run. */
function endRun(sentence: string): boolean {
  const [store] = hosts;
  const [innermost = [], ...outer] = store === undefined ? [] : runsHere();
  if (store === undefined || innermost.length === 0) return false;
  const desk = requestDesk(store.values);
  const isDriven = (runId: string): boolean => desk.tell(runId, sentence) === "drives";
  let ended: readonly string[] = [];
  for (const runs of [innermost, ...outer]) if (ended.length === 0) ended = runs.filter(isDriven);
  // Of a run that is over nothing is left to end.
  for (const runId of ended.length === 0 ? innermost : ended)
    printError(`run ${runId}: ${sentence}`);
  return true;
}

function stray(thrown: unknown, did: string): void {
  if (exits.has(thrown as object)) return;
  tell(`${whose()} ${did}: ${said(thrown)}`, thrown);
}

/** What was thrown, or the code of an exit, as it may be told. */
function said(thrown: unknown): string {
  const words = describeThrown(thrown);
  return hidden && !isExitCode(thrown) ? REDACTED : words;
}

const isExitCode = (code: unknown): boolean => typeof code === "number" && code >= 0 && code < 256;

function tell(what: string, thrown?: unknown): void {
  const cause = hidden ? framesAlone(thrown) : thrown;
  const sentence = `${what}${stackPlace(cause)}`;
  if (endRun(sentence)) return;
  if (++told <= MOST_TOLD) printError(sentence);
  first.abort(new Error(sentence, { cause }));
}

function whose(): string {
  const agent = agentHere();
  return agent === undefined ? "code of the team" : `the agent "${agent}"`;
}
