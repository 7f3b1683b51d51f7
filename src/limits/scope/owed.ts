import type { Clock } from "../../async/clock.ts";
import { tryLater } from "../../async/try-later.ts";
import type { Values } from "../../store/values.ts";

/** A change of what is kept under some keys, which the store failed to keep. */
interface Debt {
  readonly keys: readonly string[];
  /** Makes the change; whether it is kept now. Never rejects. */
  settle(): Promise<boolean>;
}

/**
 * What a store still has to be told of its scopes, by its values, like runs that it has not released. Settled before this process asks for a
 * part of the same scope, so that nobody here waits for what nobody holds.
 */
const owed = new WeakMap<Values, Set<Debt>>();

/**
 * Makes a change that the store failed to keep: later, without keeping the process alive, and before this process needs one of the keys. The
 * store may have kept it the first time, and only its answer was lost.
 */
export function owe(
  values: Values,
  clock: Clock,
  keys: readonly string[],
  change: () => Promise<void>,
): void {
  const debts = owed.get(values) ?? new Set<Debt>();
  owed.set(values, debts);
  const debt: Debt = {
    keys,
    async settle() {
      if (!debts.has(debt)) return true;
      // Nobody else makes it in the meantime.
      debts.delete(debt);
      try {
        await change();
        return true;
      } catch {
        debts.add(debt);
        return false;
      }
    },
  };
  debts.add(debt);
  tryLater(clock, debt.settle);
}

/** Tries once more to make the changes of these keys that are owed. Never rejects: if the store still fails, it will say so itself. */
export async function settleOwed(values: Values, keys: readonly string[]): Promise<void> {
  const debts = [...(owed.get(values) ?? [])];
  const theirs = debts.filter((debt) => debt.keys.some((key) => keys.includes(key)));
  await Promise.all(theirs.map((debt) => debt.settle()));
}
