import type { Store } from "../../store/store.ts";
import { printError } from "../print-error.ts";

/** A database that answers at all does so well before that. */
const SILENT_MS = 2_000;

/**
 * Resolves once a store has answered a question. If that takes long, says on standard error what is waited for: a database that is down is given
 * some time to come back. Rejects as the store does.
 */
export async function reached(store: Store, place: string): Promise<void> {
  const timer = setTimeout(
    () => printError(`waiting for ${place}, which does not answer yet; Ctrl-C stops this`),
    SILENT_MS,
  );
  try {
    await store.values.now();
  } finally {
    clearTimeout(timer);
  }
}
