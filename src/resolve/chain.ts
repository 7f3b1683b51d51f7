import type { Agent } from "../describe/agent.ts";
import { hearOptions } from "../model/hear.ts";
import { QuorateError } from "../model/errors.ts";
import type { Link } from "./link.ts";
import { support } from "./support.ts";
import { unanimous } from "./unanimous.ts";
import { vote } from "./vote.ts";

/** How conflicts are settled where nothing else is said: claims by majority, findings by count. Asks nobody. */
export const DEFAULT_CHAIN: readonly Link[] = Object.freeze([unanimous(), vote(), support()]);

/** A chain as it was given, checked. Throws `BAD_OPTIONS` for what is no link. */
export function checkChain(resolve: readonly Link[], where: string): readonly Link[] {
  hearOptions(resolve);
  if (!Array.isArray(resolve)) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `${where}: resolve is no array; list links, for instance [unanimous(), vote()]`,
    );
  }
  (resolve as readonly Partial<Link>[]).forEach((link, i) => {
    if (typeof link?.settle !== "function" || typeof link.name !== "string" || link.name === "") {
      throw new QuorateError(
        "BAD_OPTIONS",
        `${where}: resolve[${i}] is no link; use unanimous(), vote(), judge({ ask }), … or { name, settle }`,
      );
    }
  });
  return Object.freeze([...(resolve as readonly Link[])]);
}

/**
 * Refuses with `BAD_OPTIONS` different agents of one name that a team's chain and its comparators ask: the log could not
 * tell them apart.
 */
export function checkAsked(
  resolve: readonly Link[],
  others: readonly Agent[],
  where: string,
): void {
  const asked = new Map<string, Agent>();
  for (const agent of [...resolve.flatMap(({ asks = [] }) => asks), ...others]) {
    if ((asked.get(agent.name) ?? agent) !== agent) {
      throw new QuorateError(
        "BAD_OPTIONS",
        `${where}: two of its links and comparators ask different agents named "${agent.name}"; give one another name`,
      );
    }
    asked.set(agent.name, agent);
  }
}
