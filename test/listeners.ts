// Counts the listeners that the library adds to signals and does not remove.

// A package may have a folder of that name, too.
const SOURCES = /^(?!.*\/node_modules\/).*\/src\/(?!testing\/)/;

type Abort = Parameters<AbortSignal["addEventListener"]>;

/**
 * What was added and not removed, with an error made where it was added, whose stack is read only if it is left. Signals that a test forgets
 * are not kept for this, nor are those that have no listener any more: a law makes very many.
 */
const added = new Map<AbortSignal, Map<unknown, Error>>();

const { addEventListener, removeEventListener } = EventTarget.prototype;

AbortSignal.prototype.addEventListener = function (this: AbortSignal, ...given: Abort): void {
  addEventListener.apply(this, given);
  if (this.aborted) return;
  const ours = added.get(this) ?? new Map<unknown, Error>();
  added.set(this, ours.set(given[1], new Error("Added")));
};

AbortSignal.prototype.removeEventListener = function (this: AbortSignal, ...given: Abort): void {
  removeEventListener.apply(this, given);
  const ours = added.get(this);
  ours?.delete(given[1]);
  if (ours?.size === 0) added.delete(this);
};

/** Where the library added each that is still on a signal which has not aborted; forgets them all. */
export function listenersLeft(): readonly string[] {
  const waiting = [...added].filter(([signal]) => !signal.aborted);
  const left = waiting.flatMap(([, ours]) => [...ours.values()].map(addedAt));
  added.clear();
  return left.filter((place) => SOURCES.test(place));
}

/** For tests whose processes die and have no time to remove their listeners. */
export function forgetListeners(): void {
  added.clear();
}

function addedAt({ stack = "" }: Error): string {
  return stack.split("\n")[2]?.trim() ?? "";
}
