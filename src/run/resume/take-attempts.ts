import { BACKEND } from "../../check/arguments.ts";
import { fitting, func, integer } from "../../check/kinds.ts";
import { options, type Options } from "../../check/options.ts";
import { shown } from "../../check/shown.ts";
import { QuorateError } from "../../model/errors.ts";
import type { RegisteredAgent } from "../../executor/executor.ts";
import type { Backend, TakenAttempt, TakingAttempts } from "../../team/backend.ts";
import { harmless } from "../listeners.ts";
import type { Root } from "../root.ts";

/** Which attempts are taken, and how many at once. */
export interface TakeAttemptsOptions {
  /** The agents whose attempts are taken, by their places: an agent's name, after those of its teams, joined by `/`. */
  readonly agents: readonly string[];
  /** How many attempts run at once (1), over all of these agents. */
  readonly atOnce?: number;
  /** The backend through which they are sent. Default: the supervisor's backend. */
  readonly backend?: Backend;
  /** Called for each attempt that was carried out. Its result is ignored and not awaited. */
  readonly onTaken?: (taken: TakenAttempt) => unknown;
}

const TAKE_ATTEMPTS: Options<TakeAttemptsOptions, "atOnce"> = options({
  agents: fitting<readonly string[]>(
    (given) => Array.isArray(given) && given.length > 0,
    'use a list ["agent"]',
  ).needed(),
  atOnce: integer(1, 1_000).or(1),
  backend: BACKEND,
  onTaken: func("use (taken) => …"),
});

/** Takes attempts of a supervisor's agents that other processes have sent. */
export function takeAttempts(root: Root, given: TakeAttemptsOptions): TakingAttempts {
  const { team } = root;
  const where = `takeAttempts of ${team.where}`;
  const { agents, atOnce, backend = root.backend, onTaken } = TAKE_ATTEMPTS.of(given, where);
  if (backend.takeAttempts === undefined) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `${where}: its backend reaches no other process, so no process sends any; use postgres({ url })`,
    );
  }
  const { registry } = root.configuredIn(backend.store.values);
  const taken = new Map<string, RegisteredAgent>();
  for (const place of agents) {
    const registered = registry.get(place);
    if (registered?.elsewhere !== true) throw notElsewhere(where, place, registry);
    taken.set(place, registered);
  }
  return backend.takeAttempts(taken, team.label.name, {
    atOnce,
    onTaken: onTaken && harmless(onTaken, where, "onTaken"),
  });
}

function notElsewhere(
  where: string,
  place: unknown,
  registry: ReadonlyMap<string, RegisteredAgent>,
): QuorateError {
  const all = [...registry].filter(([, { elsewhere }]) => elsewhere === true).map(([name]) => name);
  const advice =
    all.length === 0
      ? 'it has none; say which: supervisor({ elsewhere: ["agent"] })'
      : `it has ${all.map((name) => `"${name}"`).join(", ")}`;
  return new QuorateError(
    "BAD_OPTIONS",
    `${where}: the team has no agent ${shown(place)} elsewhere; ${advice}`,
  );
}
