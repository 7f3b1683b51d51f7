// Counts the listeners that the library adds to signals and does not remove.

// A package may have a folder of that name, too.
const SOURCES = /^(?!.*\/node_modules\/).*\/src\/(?!testing\/)/;

type Abort = Parameters<AbortSignal["addEventListener"]>;

/**
 * What the library added and did not remove, with an error made where it was added, whose stack is read only if it is left. Nothing else is
 * kept, as a law makes very many: neither what tests add, nor signals that have aborted or have no listener any more.
 */
const added = new Map<AbortSignal, Map<unknown, Error>>();

/** So many signals are few enough to be kept. */
const MANY = 1_000;

const { addEventListener, removeEventListener } = EventTarget.prototype;

AbortSignal.prototype.addEventListener = function (this: AbortSignal, ...given: Abort): void {
  addEventListener.apply(this, given);
  if (this.aborted || !SOURCES.test(callerOf(AbortSignal.prototype.addEventListener))) return;
  const ours = added.get(this) ?? new Map<unknown, Error>();
  added.set(this, ours.set(given[1], new Error("Added")));
  if (added.size > MANY) forgetAborted();
};

AbortSignal.prototype.removeEventListener = function (this: AbortSignal, ...given: Abort): void {
  removeEventListener.apply(this, given);
  const ours = added.get(this);
  ours?.delete(given[1]);
  if (ours?.size === 0) added.delete(this);
};

/** The file of the code that has called a function. A whole stack would take much longer to write. */
function callerOf(called: AbortSignal["addEventListener"]): string {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const caller: { stack?: unknown } = {};
  Error.stackTraceLimit = 1;
  Error.prepareStackTrace = (_, [site]) => site?.getFileName() ?? "";
  Error.captureStackTrace(caller, called);
  const file = String(caller.stack);
  Error.prepareStackTrace = prepareStackTrace;
  Error.stackTraceLimit = stackTraceLimit;
  return file;
}

/** Where the library added each that is still on a signal which has not aborted; forgets them all. */
export function listenersLeft(): readonly string[] {
  forgetAborted();
  const left = [...added.values()].flatMap((ours) => [...ours.values()].map(addedAt));
  added.clear();
  return left;
}

/** For tests whose processes die and have no time to remove their listeners. */
export function forgetListeners(): void {
  added.clear();
}

function forgetAborted(): void {
  for (const signal of added.keys()) if (signal.aborted) added.delete(signal);
}

function addedAt({ stack = "" }: Error): string {
  return stack.split("\n")[2]?.trim() ?? "";
}
