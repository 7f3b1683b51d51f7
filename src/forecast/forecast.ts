import type { Cancellation } from "../async/cancellation.ts";
import type { Checked } from "../check/options.ts";
import { isCached } from "../call/cache/cache.ts";
import { ContentKeys } from "../call/key.ts";
import type { ConfiguredAgent } from "../call/configured-agent.ts";
import type { Json } from "../model/json.ts";
import type { OwnedBudget } from "../money/budget.ts";
import { sharedState } from "../limits/scope/shared-budget.ts";
import type { Store } from "../store/store.ts";
import { expect, type Expectation } from "./expected.ts";
import { recordsOf, type Records } from "./records.ts";
import { totalOf, type Total } from "./total.ts";
import { UNKNOWN } from "./worst.ts";
import { lookAhead, type AgentNode, type JudgeNode, type TeamNode } from "./tree.ts";
import { fromStore } from "../log/from-store.ts";
import type { RUN } from "../team/run-options.ts";
import type { Root, ConfiguredRoot } from "../run/root.ts";
import type { Secrecy } from "../run/secrecy.ts";
import type { PlannedPanel } from "../model/planned-panel.ts";
import type { LearnedBefore } from "../model/reliability.ts";
import { withPanel } from "../team/freeze-panel.ts";
import { firstRound, panelRules } from "../team/panel-rule.ts";
import type { ConfiguredTeam } from "../team/configure-team.ts";
import { planFor } from "../team/route.ts";
import { checkTask } from "../run/start.ts";
import type {
  Estimate,
  ForecastPanel,
  PlannedAgent,
  PlannedBudget,
  TaskPlan,
} from "./task-plan.ts";

/** What is planned. */
export interface Planning {
  readonly root: Root;
  readonly configuredRoot: ConfiguredRoot;
  readonly store: Store;
  readonly options: Checked<typeof RUN>;
  readonly cancellation: Cancellation;
  /** No run takes longer. */
  readonly deadlineMs: number;
  readonly secrecy: Secrecy;
  /** In the form of the log. */
  readonly task: unknown;
}

/** What a task would cost; asks no agent and keeps nothing. */
export async function forecast(planning: Planning): Promise<TaskPlan> {
  const { root, configuredRoot, store, options, cancellation, deadlineMs, secrecy, task } =
    planning;
  const { team, clock } = root;
  const { redact, keyed } = secrecy;
  if (task !== undefined) redact?.value(task as Json, "input");
  const learned = await fromStore(async () => team.lessons?.learned(store.values, clock.now()));
  const routed = await planFor(team, task, cancellation, options);
  const settings = options.panel;
  const plan = withPanel(configuredRoot.configuredTeam, routed, { settings, learned, seed: "" });
  const checked = await checkTask(configuredRoot, plan, task, cancellation);
  const { cache = {}, tenant } = options;
  const ahead = {
    kept: (configured: ConfiguredAgent, key: string) =>
      fromStore(() => isCached({ values: store.values, cache, tenant }, configured, key)),
    bust: cache.bust === true,
    keys: new ContentKeys(redact, keyed),
    cancellation,
  };
  const node = { name: team.label.name, place: "", before: [], stage: 1 };
  const tree = await lookAhead(ahead, configuredRoot.configuredTeam, {
    node,
    prefix: "",
    task: { value: task, derived: false },
    plan,
    checked,
  });
  const records = await fromStore(() => recordsOf(store, team.label.name));
  const expected = expect(tree, records);
  const total = totalOf(tree);
  const agents = rowsOf(tree, "", expected, total);
  return {
    supervisor: team.label,
    mode: plan.mode,
    ...(plan.panel !== undefined && {
      panel: panelAhead(configuredRoot.configuredTeam, tree, plan.panel, learned, records),
    }),
    agents,
    hits: agents.filter(({ kept }) => kept === true).length,
    // At the deadline every run is over, whatever its agents may take.
    expected: estimate(expected.micros, Math.min(expected.ms, deadlineMs)),
    worst: estimate(total.worst.micros, Math.min(total.worst.ms, deadlineMs)),
    gaps: total.gaps,
    recorded: records.runs,
    budgets: await fromStore(() => budgetsOf(configuredRoot.budgets, total, store, clock.now())),
  };
}

/** In the worst case, those after the first round are asked one by one. An earlier run in which all were asked, to learn from it, also counts. */
function panelAhead(
  configuredTeam: ConfiguredTeam,
  { members, plan }: TeamNode,
  panel: PlannedPanel,
  learned: LearnedBefore | undefined,
  { panel: before }: Records,
): ForecastPanel {
  const { until, order } = panel;
  const first = firstRound(configuredTeam, panel, panelRules(configuredTeam, panel, learned));
  const stages = Math.max(1, ...members.map(({ stage }) => stage));
  const rounds =
    plan.mode === "sequence" ? order.length : Math.min(order.length, stages + order.length - first);
  return {
    until,
    order,
    first,
    calls: { expected: before?.calls ?? "unknown", worst: order.length },
    rounds: { expected: before?.rounds ?? "unknown", worst: rounds },
  };
}

function estimate(micros: number, ms: number): Estimate {
  return { usdMicros: known(micros), durationMs: known(ms) };
}

function known(amount: number): number | "unknown" {
  return Number.isFinite(amount) ? amount : "unknown";
}

/** A line for each agent and nested team. `prefix` is put before the places of the team's agents. */
function rowsOf(
  { members, judges }: TeamNode,
  prefix: string,
  expected: Expectation,
  total: Total,
): readonly PlannedAgent[] {
  const row = (
    node: AgentNode | TeamNode | JudgeNode,
    role: PlannedAgent["role"],
  ): PlannedAgent => {
    const { place, before, stage } = node;
    const configured = node.kind === "team" ? undefined : node.configured;
    const likely = expected.places.get(place) ?? { micros: Number.NaN, ms: Number.NaN };
    const worst = total.places.get(place) ?? UNKNOWN;
    return {
      place,
      role,
      needs: before.map((other) => prefix + (members[other]?.name ?? "")),
      stage,
      tier: configured?.tier ?? null,
      model: configured?.modelName ?? null,
      kept: node.kind === "agent" ? node.kept : false,
      attempts: known(worst.attempts),
      expected: estimate(likely.micros, likely.ms),
      worst: estimate(worst.micros, worst.ms),
    };
  };
  return [
    ...members.flatMap((node) =>
      node.kind === "team"
        ? [row(node, "team"), ...rowsOf(node, `${node.place}/`, expected, total)]
        : [row(node, "member")],
    ),
    ...judges.map((node) => row(node, "judge")),
  ];
}

async function budgetsOf(
  budgets: readonly OwnedBudget[],
  total: Total,
  { values }: Store,
  nowMs: number,
): Promise<readonly PlannedBudget[]> {
  const planned: PlannedBudget[] = [];
  for (const owned of budgets) {
    const { budget, whose } = owned;
    const { scope, limitMicros } = budget;
    // An attempt is charged once to each of its budgets, even if some of them have one name.
    const together =
      scope === undefined ? [owned] : budgets.filter((other) => other.budget.scope === scope);
    const worst = together.reduce((sum, one) => sum + (total.charged.get(one) ?? 0), 0);
    const state = scope === undefined ? undefined : await sharedState(values, scope, nowMs);
    const taken = state === undefined ? 0 : state.spentMicros + state.reservedMicros;
    planned.push({
      whose,
      scope: scope ?? null,
      limitMicros,
      takenMicros: taken,
      worstMicros: known(worst),
      fits: state?.overran !== true && taken + worst <= limitMicros,
    });
  }
  return planned;
}
