import type { Estimate, PlannedAgent, PlannedBudget, TaskPlan } from "../../index.ts";
import { money, moneyOr } from "../../report/money.ts";
import { count, duration, whole } from "../../report/quantities.ts";
import { section } from "./report.ts";
import { safeText } from "./safe-text.ts";
import { table } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { wrap } from "./wrap.ts";

const MAX_GAPS = 10;

/** What a task would take, for a person: its agents in their stages, then what all of them come to. */
export function planLines(plan: TaskPlan, screen: Terminal): string[] {
  const { supervisor, mode, agents, hits, gaps, budgets } = plan;
  const asked = agents.filter(({ role }) => role === "member").length;
  const how = mode === "sequence" ? ", one after another" : "";
  const kept = hits === 0 ? "" : `; ${count(hits, "answer")} ${hits === 1 ? "is" : "are"} kept`;
  return [
    screen.style("title", `${safeText(supervisor.name)}: a plan`),
    ...wrap(`${count(asked, "agent")}${how}${kept}. No agent was asked.`, screen.columns),
    ...panelLines(plan, screen),
    "",
    ...agentLines(agents, screen),
    "",
    ...total("expected", expectedText(plan), screen),
    ...total("at worst", estimateText(plan.worst), screen),
    ...section("Unknown at worst", screen, gapLines(gaps, screen)),
    ...section("Budgets", screen, budgetLines(budgets, screen)),
  ];
}

/** How many of them are asked. */
function panelLines({ panel }: TaskPlan, screen: Terminal): string[] {
  if (panel === undefined) return [];
  const { until, order, first, calls, rounds } = panel;
  const enough =
    until === "certain"
      ? "it is certain who wins"
      : until === "lead"
        ? "two agents that are not kin hold the leading position"
        : `the verdict has a confidence of ${until.confidence}`;
  const usual =
    calls.expected === "unknown" || rounds.expected === "unknown"
      ? ""
      : `; ${calls.expected.toFixed(1)} of them in ${rounds.expected.toFixed(1)} rounds in the runs before`;
  const words = `A panel: ${whole(first)} of ${whole(order.length)} at once, ${order.slice(0, first).map(safeText).join(", ")}, and more until ${enough}, in ${count(rounds.worst, "round")} at most${usual}.`;
  return wrap(words, screen.columns);
}

function total(label: string, words: string, screen: Terminal): string[] {
  return wrap(words, screen.columns, { first: `  ${label.padEnd(10)}` });
}

function expectedText({ expected, recorded }: TaskPlan): string {
  if (recorded === 0) return "unknown: no run of this team is recorded yet";
  return `${estimateText(expected)} (medians of ${count(recorded, "run")})`;
}

function estimateText({ usdMicros, durationMs }: Estimate): string {
  return `${moneyOr(usdMicros, "cost unknown")}, ${durationMs === "unknown" ? "time unknown" : duration(durationMs)}`;
}

/** The agents of each team in their stages, those of a nested team below it. */
function agentLines(agents: readonly PlannedAgent[], screen: Terminal): string[] {
  const rows = inStages(agents);
  const cells = (textOf: (agent: PlannedAgent) => string): readonly string[] => rows.map(textOf);
  return table(
    [
      { title: "stage", kind: "text", cells: cells(stageText) },
      { title: "agent", kind: "text", cells: cells(nameText) },
      { title: "model", kind: "text", spare: 3, cells: cells(modelText) },
      { title: "", kind: "text", spare: 2, cells: cells(keptText) },
      {
        title: "max asked",
        kind: "number",
        spare: 4,
        cells: cells(({ attempts }) => (attempts === "unknown" ? "unknown" : whole(attempts))),
      },
      { title: "expected", kind: "number", cells: cells(({ expected }) => amount(expected)) },
      { title: "time", kind: "number", spare: 1, cells: cells(({ expected }) => time(expected)) },
      { title: "worst", kind: "number", cells: cells(({ worst }) => amount(worst)) },
      { title: "time", kind: "number", spare: 1, cells: cells(({ worst }) => time(worst)) },
    ],
    screen,
  );
}

function inStages(agents: readonly PlannedAgent[]): readonly PlannedAgent[] {
  const byTeam = Map.groupBy(agents, ({ place }) => teamOf(place));
  const ordered = (team: string): readonly PlannedAgent[] =>
    (byTeam.get(team) ?? [])
      .toSorted((a, b) => a.stage - b.stage)
      .flatMap((agent) => (agent.role === "team" ? [agent, ...ordered(agent.place)] : [agent]));
  return ordered("");
}

function teamOf(place: string): string {
  return place.slice(0, Math.max(0, place.lastIndexOf("/")));
}

function depthOf(place: string): number {
  return place.split("/").length - 1;
}

function stageText({ place, stage }: PlannedAgent): string {
  return `${"  ".repeat(depthOf(place))}${stage}`;
}

function nameText({ place, role }: PlannedAgent): string {
  const name = place.slice(place.lastIndexOf("/") + 1);
  return `${"  ".repeat(depthOf(place))}${safeText(role === "judge" ? name.replace(/^~/, "") : name)}`;
}

function modelText({ model, tier }: PlannedAgent): string {
  return safeText(model ?? tier ?? "");
}

function keptText({ kept, role }: PlannedAgent): string {
  if (role === "judge") return "judge";
  return kept === true ? "kept" : kept === "unknown" ? "perhaps kept" : "";
}

function amount({ usdMicros }: Estimate): string {
  return moneyOr(usdMicros, "?");
}

function time({ durationMs }: Estimate): string {
  return durationMs === "unknown" ? "?" : duration(durationMs);
}

function gapLines(gaps: TaskPlan["gaps"], screen: Terminal): string[] {
  const lines = gaps.slice(0, MAX_GAPS).flatMap(({ place, what, why }) =>
    wrap(`${what} of ${safeText(place)}: ${safeText(why)}`, screen.columns, {
      first: "  ",
      rest: "    ",
    }),
  );
  const hidden = gaps.length - MAX_GAPS;
  return hidden > 0 ? [...lines, `  and ${whole(hidden)} more; --json has all`] : lines;
}

function budgetLines(budgets: readonly PlannedBudget[], screen: Terminal): string[] {
  return budgets.flatMap((budget) =>
    wrap(budgetText(budget), screen.columns, { first: "  ", rest: "    " }).map((line) =>
      screen.style(budget.fits ? "good" : "warn", line),
    ),
  );
}

function budgetText({
  whose,
  scope,
  limitMicros,
  takenMicros,
  worstMicros,
  fits,
}: PlannedBudget): string {
  const name =
    scope === null ? safeText(whose) : `${safeText(whose)}, shared as "${safeText(scope)}"`;
  const left =
    takenMicros === 0 ? "" : `, of which ${money(takenMicros)} is spent or reserved already`;
  const verdict = fits
    ? "the worst case fits"
    : worstMicros === "unknown"
      ? "it is unknown whether the worst case fits"
      : `the worst case of ${money(worstMicros)} does not fit`;
  return `${name}: ${money(limitMicros)}${left}: ${verdict}`;
}
