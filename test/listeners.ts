// Counts the listeners that the library adds to signals and does not remove.

// A package may have a folder of that name, too.
const SOURCES = /^(?!.*\/node_modules\/).*\/src\/(?!testing\/)/;

type Abort = Parameters<AbortSignal["addEventListener"]>;

/** What was added and not removed, with where it was added. Signals that a test forgets are not kept for this. */
const added = new Map<AbortSignal, Map<unknown, string>>();

const { addEventListener, removeEventListener } = EventTarget.prototype;

AbortSignal.prototype.addEventListener = function (this: AbortSignal, ...given: Abort): void {
  addEventListener.apply(this, given);
  const from = new Error("Added").stack?.split("\n")[2] ?? "";
  if (this.aborted || !SOURCES.test(from)) return;
  const ours = added.get(this) ?? new Map<unknown, string>();
  added.set(this, ours.set(given[1], from.trim()));
};

AbortSignal.prototype.removeEventListener = function (this: AbortSignal, ...given: Abort): void {
  removeEventListener.apply(this, given);
  added.get(this)?.delete(given[1]);
};

/** Where each was added that is still on a signal which has not aborted; forgets them all. */
export function listenersLeft(): readonly string[] {
  const left = [...added].flatMap(([signal, ours]) => (signal.aborted ? [] : [...ours.values()]));
  added.clear();
  return left;
}
