import type { Cancellation } from "../async/cancellation.ts";
import { orCancelled } from "../async/or-cancelled.ts";
import { ROOT } from "../model/call-place.ts";
import type { Origin } from "../log/history.ts";
import { checkInput, takeInput, type CheckedInputs } from "../call/input.ts";
import { QuorateError } from "../model/errors.ts";
import type { EventBody, ForkOf } from "../model/events.ts";
import type { Json } from "../model/json.ts";
import type { Outcome } from "../model/outcome.ts";
import { letGo } from "../log/owning.ts";
import type { Run } from "../call/run.ts";
import type { Assignment } from "../team/coordinate/team-run.ts";
import { execute, openRun } from "./execute.ts";
import type { Session } from "./session.ts";
import { plannedEvent, type Plan } from "../team/plan.ts";
import type { ConfiguredRoot } from "./root.ts";
import { withPanel } from "../team/freeze-panel.ts";
import { learnedBefore } from "../team/learned.ts";
import { planFor } from "../team/route.ts";
import { routeSpending } from "../team/route-spending.ts";
import { secrecyAsRecorded } from "./secrecy.ts";
import { isConfiguredTeam } from "../team/configure-team.ts";
import { whoseRun, type Whose } from "../team/whose-run.ts";

/** A new run, from its first event to its last. For a fork, `planned` is the plan of its origin. */
export async function runNew(
  session: Session,
  given: unknown,
  origin?: Origin,
  planned?: Plan,
): Promise<Outcome> {
  const { run, ...assignment } = await beginNew(session, given, origin, planned);
  return execute(session, run, assignment);
}

/** A new run that other processes should carry out: its first events; no agent is asked. */
export async function leaveNew(
  session: Session,
  given: unknown,
  priority: number | undefined,
): Promise<void> {
  const { root, runId, store } = session;
  const { run } = await beginNew(session, given, undefined, undefined, priority);
  // Resolves when everything noted is kept; else it rejects.
  const kept = run.journal.record([]);
  run.journal.close();
  await kept;
  await letGo(store, root.clock, runId, 1);
}

/** A run whose first events are noted, and its team's assignment. */
interface BegunRun extends Assignment {
  readonly run: Run;
}

async function beginNew(
  session: Session,
  given: unknown,
  origin?: Origin,
  planned?: Plan,
  priority?: number,
): Promise<BegunRun> {
  const { root, runId, options, configuredRoot, cancellation, deadline = cancellation } = session;
  const { team } = root;
  const task = takeInput(given, configuredRoot.maxBytes, `the task of ${team.where}`);
  refuseSecretId(session, task);
  const spending = routeSpending(configuredRoot.configuredTeam.prices, root.clock);
  const planning = planned ?? planFor(team, task, deadline, options, spending);
  const routed = planning instanceof Promise ? await planning : planning;
  const checked = configuredRoot.checks
    ? await checkTask(configuredRoot, routed, task, deadline)
    : undefined;
  const run = openRun(session, origin === undefined ? {} : { origin });
  const learned = team.lessons === undefined ? undefined : await learnedBefore(run, team, "");
  // A fork without options of its own is asked like its origin.
  const plan =
    planned !== undefined && options.panel === undefined
      ? planned
      : withPanel(configuredRoot.configuredTeam, routed, {
          settings: options.panel,
          learned,
          seed: runId,
        });
  const whose = {
    ...whoseRun(options, origin?.history.events[0]),
    ...(priority !== undefined && priority !== 0 && { priority }),
  };
  refuseSecretLabels(session, whose);
  const traceparent = run.tracing?.traceparent;
  const started: EventBody =
    run.keys === undefined
      ? {
          type: "run.started",
          supervisor: team.label,
          ...whose,
          input: task,
          ...(traceparent !== undefined && { traceparent }),
        }
      : {
          type: "run.started",
          supervisor: team.label,
          ...whose,
          definition: configuredRoot.configuredTeam.definition(),
          input: task,
          ...secrecyAsRecorded(session.secrecy, task),
          ...(origin !== undefined && { forkOf: forkOf(origin) }),
          ...(traceparent !== undefined && { traceparent }),
        };
  const excess = run.journal.excess(started, configuredRoot.maxBytes);
  if (excess !== undefined) {
    const why = `the task of ${team.where} ${excess}; send less, or say where it is instead`;
    throw new QuorateError("INPUT_INVALID", why);
  }
  // Not awaited: no agent is asked before its own first event is kept, and these with it.
  const routing = spending.events(ROOT, plan.agents);
  run.journal.note([started, plannedEvent(plan, learned), ...routing]);
  return { run, task, plan, at: ROOT, checked };
}

/** From here on, the secrets of a task are known. The run's id must not contain one, because ids stay readable. */
function refuseSecretId({ runId, options, secrecy: { redact } }: Session, task: unknown): void {
  if (redact === undefined || task === undefined) return;
  redact.value(task as Json, "input");
  if (options.runId === undefined || !redact.isIn(runId)) return;
  throw new QuorateError(
    "BAD_OPTIONS",
    "runId has something in it that redact takes out of the task; choose an id without it, as ids stay readable",
  );
}

/** Like its id, the tenant and tags of a run stay readable. */
function refuseSecretLabels({ secrecy: { redact } }: Session, { tenant, tags = {} }: Whose): void {
  if (redact === undefined) return;
  for (const text of [tenant ?? "", ...Object.entries(tags).flat()]) {
    if (!redact.isIn(text)) continue;
    throw new QuorateError(
      "BAD_OPTIONS",
      "tenant or tags have something in them that redact takes out of the task; use others, as they stay readable",
    );
  }
}

function forkOf({ history, from }: Origin): ForkOf {
  return { runId: history.runId, ...(from !== undefined && { from }) };
}

/** Checks the task against the schemas of all agents that are asked, before anything runs. */
export async function checkTask(
  { configuredTeam, maxBytes }: ConfiguredRoot,
  { planned }: Plan,
  task: unknown,
  cancellation: Cancellation,
): Promise<CheckedInputs> {
  const checked: CheckedInputs = new Map();
  for (const index of planned) {
    const configured = configuredTeam.members[index];
    if (configured === undefined || isConfiguredTeam(configured)) continue;
    if (
      configured.agent.input === undefined ||
      configuredTeam.team.members[index]?.input !== undefined
    )
      continue;
    const input = checkInput(configured.agent, { task, results: {}, checked }, maxBytes);
    await orCancelled(Promise.resolve(input), cancellation);
  }
  return checked;
}
