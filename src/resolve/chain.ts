import type { Agent } from "../describe/agent.ts";
import { hearOptions } from "../model/hear.ts";
import { QuorateError } from "../model/errors.ts";
import type { Resolver } from "./resolver.ts";
import { support } from "./support.ts";
import { unanimous } from "./unanimous.ts";
import { vote } from "./vote.ts";

/** The default chain: claims by majority, findings by count. Asks no agents. */
export const DEFAULT_CHAIN: readonly Resolver[] = Object.freeze([unanimous(), vote(), support()]);

/** A chain, given as one resolver or a list, checked. Throws `BAD_OPTIONS` for anything else. */
export function checkChain(
  resolve: Resolver | readonly Resolver[],
  where: string,
): readonly Resolver[] {
  hearOptions(resolve);
  const given = isResolver(resolve) ? [resolve] : resolve;
  if (!Array.isArray(given)) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `${where}: resolve is not a resolver; give one, or a list: [unanimous(), vote()]`,
    );
  }
  (given as readonly Partial<Resolver>[]).forEach((resolver, i) => {
    if (!isResolver(resolver)) {
      throw new QuorateError(
        "BAD_OPTIONS",
        `${where}: resolve[${i}] is not a resolver; use unanimous(), vote(), judge({ ask }), … or { name, settle }`,
      );
    }
  });
  return Object.freeze([...(given as readonly Resolver[])]);
}

function isResolver(given: unknown): given is Resolver {
  const { settle, name } = Object(given) as Partial<Resolver>;
  return typeof settle === "function" && typeof name === "string" && name !== "";
}

/**
 * Refuses with `BAD_OPTIONS` different agents with one name that a team's chain and its comparators ask: the log could not
 * tell them apart.
 */
export function checkAsked(
  resolve: readonly Resolver[],
  others: readonly Agent[],
  where: string,
): void {
  const asked = new Map<string, Agent>();
  for (const agent of [...resolve.flatMap(({ asks = [] }) => asks), ...others]) {
    if ((asked.get(agent.name) ?? agent) !== agent) {
      throw new QuorateError(
        "BAD_OPTIONS",
        `${where}: two of its resolvers and comparators ask different agents named "${agent.name}"; give one another name`,
      );
    }
    asked.set(agent.name, agent);
  }
}
