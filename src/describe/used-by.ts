import { hear } from "../model/hear.ts";
import type { Usage } from "../model/call.ts";

/**
 * What an adapter's own `usage` says that an answer took, as a list. What cannot be told is unknown: one that throws says nothing, and the
 * answer counts.
 */
export function usedBy<Asked extends readonly unknown[]>(
  usage: ((...asked: Asked) => Usage | readonly Usage[] | undefined) | undefined,
  ...asked: Asked
): readonly Usage[] {
  try {
    const used = usage?.(...asked) ?? [];
    return Array.isArray(used) ? (used as readonly Usage[]) : [used as Usage];
  } catch (thrown) {
    hear(thrown);
    return [];
  }
}
