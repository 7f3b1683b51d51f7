import { orCancelled } from "../async/or-cancelled.ts";
import type { Cancellation } from "../async/cancellation.ts";
import { describeThrown, QuorateError } from "../errors.ts";
import { checkOrder, prerequisites } from "./graph.ts";
import type { Mode } from "./options.ts";
import { listed, type Team } from "./team.ts";

/** Who will be asked, and who waits for whom. Frozen before anything runs. */
export interface Plan {
  readonly mode: Mode;
  /** Indices of members, in the order of the team. */
  readonly planned: readonly number[];
  readonly before: ReadonlyMap<number, readonly number[]>;
}

/** What a run wants in place of the team's own route and mode. */
export interface PlanOverrides {
  readonly route?: readonly string[];
  readonly mode?: Mode;
}

/**
 * Decides who is asked: the run's list, else the team's route, else everyone; what they need is added. Throws `BAD_ROUTE`.
 * Answers at once unless the route is an asynchronous function.
 */
export function planFor(
  team: Team,
  task: unknown,
  cancellation: Cancellation,
  { route = undefined, mode = team.mode }: PlanOverrides = {},
): Plan | Promise<Plan> {
  if (mode !== team.mode) {
    checkOrder(team.members, mode, (why) => {
      throw new QuorateError("BAD_OPTIONS", `${team.where} ${why}`);
    });
  }
  const wanted = route ?? team.route;
  if (wanted === undefined) return plan(team, mode, [...team.members.keys()]);
  if (typeof wanted !== "function") return plan(team, mode, resolved(team, wanted));
  const failed = (cause: unknown): never => {
    if (cancellation.cancelled) throw cancellation.reason;
    const why = describeThrown(cause);
    throw new QuorateError("BAD_ROUTE", `the route of ${team.where} failed: ${why}`, { cause });
  };
  let names: unknown;
  try {
    names = wanted(task);
  } catch (error) {
    return failed(error);
  }
  if (!(names instanceof Promise)) return plan(team, mode, resolved(team, names));
  return orCancelled(names, cancellation).then(
    (late: unknown) => plan(team, mode, resolved(team, late)),
    failed,
  );
}

function plan(team: Team, mode: Mode, planned: readonly number[]): Plan {
  return { mode, planned, before: prerequisites(team.members, mode, planned) };
}

/** The indices of the named agents and of all that they need, in the order of the team. */
function resolved(team: Team, names: unknown): readonly number[] {
  if (!Array.isArray(names) || names.length === 0) {
    throw new QuorateError(
      "BAD_ROUTE",
      `the route of ${team.where} names nobody; name at least one of ${listed(team.indexOf)}`,
    );
  }
  const asked = new Set<number>();
  const open = names.map((name: unknown) => {
    const index = typeof name === "string" ? team.indexOf.get(name) : undefined;
    if (index === undefined) {
      const got = typeof name === "string" ? `"${name.slice(0, 100)}"` : typeof name;
      throw new QuorateError(
        "BAD_ROUTE",
        `the route of ${team.where} names ${got}, which is not among its agents; they are ${listed(team.indexOf)}`,
      );
    }
    return index;
  });
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (asked.has(index)) continue;
    asked.add(index);
    open.push(...(team.members[index]?.needs ?? []));
  }
  return [...asked].toSorted((a, b) => a - b);
}
