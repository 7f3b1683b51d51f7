import { QuorateError } from "../errors.ts";
import type { Link } from "./link.ts";
import { support } from "./support.ts";
import { unanimous } from "./unanimous.ts";
import { vote } from "./vote.ts";

/** How conflicts are settled where nothing else is said: claims by majority, findings by two reports. Asks nobody. */
export const DEFAULT_CHAIN: readonly Link[] = Object.freeze([unanimous(), vote(), support()]);

/**
 * A chain as it was given, checked. Throws `BAD_OPTIONS` for what is no link, and for two links that ask different
 * agents of one name: the log could not tell them apart.
 */
export function checkChain(resolve: readonly Link[], where: string): readonly Link[] {
  if (!Array.isArray(resolve)) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `${where}: resolve is no array; list links, for instance [unanimous(), vote()]`,
    );
  }
  const asked = new Map<string, unknown>();
  (resolve as readonly Partial<Link>[]).forEach((link, i) => {
    if (typeof link?.settle !== "function" || typeof link.name !== "string" || link.name === "") {
      throw new QuorateError(
        "BAD_OPTIONS",
        `${where}: resolve[${i}] is no link; use unanimous(), vote(), judge({ ask }), … or { name, settle }`,
      );
    }
    for (const agent of link.asks ?? []) {
      if (asked.has(agent.name) && asked.get(agent.name) !== agent) {
        throw new QuorateError(
          "BAD_OPTIONS",
          `${where}: two links ask different agents named "${agent.name}"; give one another name`,
        );
      }
      asked.set(agent.name, agent);
    }
  });
  return Object.freeze([...(resolve as readonly Link[])]);
}
