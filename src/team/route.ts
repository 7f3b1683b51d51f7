import { clipWords } from "../model/text.ts";
import type { Cancellation } from "../async/cancellation.ts";
import { arrayIn } from "../check/given.ts";
import { hear, isThenable, promiseOf } from "../model/hear.ts";
import { signalOf } from "../async/abort-controller.ts";
import { orCancelled } from "../async/or-cancelled.ts";
import { describeThrown, QuorateError } from "../model/errors.ts";
import { checkOrder } from "./graph.ts";
import type { Mode } from "./run-options.ts";
import { makePlan, planEveryone, type Plan } from "./plan.ts";
import type { RouteSpending } from "./route-spending.ts";
import { listed, meantOf, type Team } from "./team.ts";

/** The route and mode of a run that override those of the team. */
export interface PlanOverrides {
  readonly route?: readonly string[];
  readonly mode?: Mode;
}

/**
 * Decides which agents are asked: the run's list, else the team's route, else all; those that they need are added. What a route reports goes to
 * `spending`. Rejects, or throws, with `BAD_ROUTE`. Answers synchronously if there is no route function to wait for.
 */
export function planFor(
  team: Team,
  task: unknown,
  cancellation: Cancellation,
  { route, mode = team.mode }: PlanOverrides = {},
  spending?: Pick<RouteSpending, "report">,
): Plan | Promise<Plan> {
  if (mode !== team.mode) {
    checkOrder(team.members, mode, (why) => {
      throw new QuorateError("BAD_OPTIONS", `${team.where} ${why}`);
    });
  }
  const wanted = route ?? team.route;
  if (wanted === undefined)
    return mode === team.mode ? team.everyone : planEveryone(team.members, mode);
  if (typeof wanted !== "function") return makePlan(team.members, mode, resolved(team, wanted));
  return routedPlan(team, task, cancellation, { route: wanted, mode }, spending);
}

async function routedPlan(
  team: Team,
  task: unknown,
  cancellation: Cancellation,
  {
    route,
    mode,
  }: { readonly route: Extract<Team["route"], (...args: never) => unknown>; readonly mode: Mode },
  spending: Pick<RouteSpending, "report"> | undefined,
): Promise<Plan> {
  let names: unknown;
  using stopping = signalOf(cancellation);
  try {
    const report = (usage: unknown): void => {
      hear(usage);
      spending?.report(usage);
    };
    names = route(task, { signal: stopping.signal, report });
    // The list is copied now, because its caller may change it.
    if (isThenable(names)) names = await orCancelled(promiseOf(names), cancellation);
  } catch (cause) {
    if (cancellation.cancelled) throw cancellation.reason;
    const why = describeThrown(cause);
    throw new QuorateError("BAD_ROUTE", `the route of ${team.where} failed: ${why}`, { cause });
  }
  return makePlan(team.members, mode, resolved(team, names));
}

/** The plan that a run began with; `undefined` if it has none, or names an agent that has left the team. */
export function recordedPlan(
  { members, indexOf }: Team,
  recorded: Pick<Plan, "mode" | "agents" | "panel"> | undefined,
): Plan | undefined {
  if (recorded === undefined) return undefined;
  const planned = recorded.agents.map((name) => indexOf.get(name) ?? -1);
  if (planned.includes(-1)) return undefined;
  const asked = new Set(planned);
  const whole = planned.every((index) => members[index]?.needs.every((need) => asked.has(need)));
  if (!whole) return undefined;
  const { panel } = recorded;
  return { ...makePlan(members, recorded.mode, planned), ...(panel !== undefined && { panel }) };
}

/** A copy of a route, which may be anything; `undefined` if it is no list. */
function namesIn(given: unknown, team: Team): readonly unknown[] | undefined {
  try {
    return arrayIn(given, `the route of ${team.where}`);
  } catch (cause) {
    throw new QuorateError("BAD_ROUTE", describeThrown(cause), { cause });
  }
}

/** The indices of the named agents and of all that they need, in the order of the team. */
function resolved(team: Team, given: unknown): readonly number[] {
  // Names are kept; anything else in the list is refused, so promises in it are heard.
  hear(given);
  const names = namesIn(given, team);
  if (names === undefined || names.length === 0) {
    throw new QuorateError(
      "BAD_ROUTE",
      `the route of ${team.where} names no agent; name at least one of ${listed(team.indexOf)}`,
    );
  }
  const asked = new Set<number>();
  const open = names.map((name: unknown) => {
    const index = typeof name === "string" ? team.indexOf.get(name) : undefined;
    if (index === undefined) {
      const got = typeof name === "string" ? `"${clipWords(name, 100)}"` : typeof name;
      throw new QuorateError(
        "BAD_ROUTE",
        `the route of ${team.where} names ${got}, which is not among its agents; ${meantOf(name, team.indexOf)}`,
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
