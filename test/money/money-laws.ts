import type { Outcome, RunEvent } from "../../src/index.ts";
import { SHARED_MICROS, type AnyBudget, type Everything } from "./any-money-team.ts";
import type { Meter, Paid } from "./meter.ts";

/** Budgets that more was spent under than they permit. What costs nobody knows before holds under none that lets it pass. */
export function budgetFaults(
  { runs }: Everything,
  { paid, seats, teams }: Meter,
): readonly string[] {
  const faults: string[] = [];
  const check = (what: string, budget: AnyBudget | undefined, under: readonly Paid[]): void => {
    if (budget === undefined || budget.shared) return;
    const spent = boundedSum(under, budget);
    if (spent > budget.micros) faults.push(`${spent} of ${budget.micros} spent under ${what}`);
  };
  const byRun = Map.groupBy(paid, ({ runId }) => runId);
  for (const [runId, its] of byRun) {
    const index = /^run-(\d)$/.exec(runId)?.[1];
    if (index !== undefined) check(runId, runs[Number(index)]?.budget, its);
    for (const [at, { budget }] of teams) {
      check(
        `${at} in ${runId}`,
        budget,
        its.filter(({ root, place }) => `${root} ${place}`.startsWith(at)),
      );
    }
    for (const [at, { spec }] of seats) {
      check(
        `${at} in ${runId}`,
        spec.budget,
        its.filter(({ root, place }) => `${root} ${place}` === at),
      );
    }
  }
  const sharing = paid.filter((one) => isSharing(one, { runs, seats, teams }));
  const spent = boundedSum(sharing, { unbounded: "allow" });
  if (spent > SHARED_MICROS) faults.push(`${spent} of ${SHARED_MICROS} spent under what is shared`);
  return faults;
}

function boundedSum(paid: readonly Paid[], { unbounded }: Pick<AnyBudget, "unbounded">): number {
  let sum = 0;
  for (const { real, bounded } of paid) {
    if (bounded || unbounded === "refuse") sum += real;
  }
  return sum;
}

/** Whether an attempt is under the budget that runs share. */
export function isSharing(
  { root, place, runId }: Paid,
  { runs, seats, teams }: Pick<Meter, "seats" | "teams"> & Pick<Everything, "runs">,
): boolean {
  const at = `${root} ${place}`;
  if (seats.get(at)?.spec.budget?.shared === true) return true;
  for (const [team, { budget }] of teams)
    if (budget?.shared === true && at.startsWith(team)) return true;
  const index = /^run-(\d)$/.exec(runId)?.[1];
  return index !== undefined && runs[Number(index)]?.budget?.shared === true;
}

/** Calls of which there were more attempts than their agent permits; those told to come later do not count, and each death may cost one. */
export function askedFaults({ paid, seats }: Meter, deaths = 0): readonly string[] {
  const faults: string[] = [];
  const calls = Map.groupBy(paid, ({ runId, callId }) => `${runId} ${callId}`);
  for (const [call, its] of calls) {
    const [first] = its;
    const seated = seats.get(`${first?.root} ${first?.place}`);
    if (seated === undefined) continue;
    const requeued = its.filter(({ busy }) => busy).length;
    const most = 1 + seated.spec.retries + Math.min(requeued, 20) + deaths;
    if (its.length > most) faults.push(`${its.length} attempts of ${most} at ${call}`);
  }
  return faults;
}

/** What is wrong with a bill, by what was really asked and reported in its run. */
export function billFaults(
  { runId, bill }: Pick<Outcome, "runId" | "bill">,
  events: readonly RunEvent[],
  { paid }: Meter,
  deaths = 0,
): readonly string[] {
  const faults: string[] = [];
  const its = paid.filter((one) => one.runId === runId);
  // What is reported when the run has ended is on no bill; at the very time of its end, which is rounded, nobody can say.
  const endMs = events.at(-1)?.atMs ?? 0;
  const reported = (isIn: (atMs: number, callId: string) => boolean): number =>
    its.reduce(
      (sum, { reports, callId }) =>
        reports.reduce((all, [atMs, micros]) => all + (isIn(atMs, callId) ? micros : 0), sum),
      0,
    );
  const cut = cutIn(events);
  // What a process heard of one that was given up, when its store had failed, nobody knows any more.
  const isLost = (callId: string): boolean => deaths > 0 && cut.has(callId);
  // What the process was doing when it died has no end of its own, and of what was given up nobody may have known anything.
  const known =
    deaths === 0 &&
    its.every((one) => one.reported !== undefined && !cut.has(one.callId)) &&
    openIn(events) === 0;
  const { usdMicros } = bill.spent;
  if (known && usdMicros === "unknown") faults.push(`${runId}: unknown, and all is reported`);
  const most = reported((atMs) => atMs <= endMs + 1);
  const { usdMicros: sure = 0 } = bill.spent.atLeast ?? {};
  if (sure > most) faults.push(`${runId}: at least ${sure} on the bill, ${most} reported`);
  if (usdMicros !== "unknown") {
    const least = reported((atMs, callId) => atMs < endMs - 1 && !isLost(callId));
    if (usdMicros < least || usdMicros > most) {
      faults.push(`${runId}: ${usdMicros} on the bill, ${least} to ${most} reported`);
    }
  }
  if (bill.attempts < its.length)
    faults.push(`${runId}: ${bill.attempts} attempts on the bill, ${its.length} made`);
  const last = events.at(-1);
  if (last?.type !== "run.finished") faults.push(`${runId} has no end`);
  return faults;
}

/** Calls of which an attempt was given up or stopped. */
function cutIn(events: readonly RunEvent[]): ReadonlySet<string> {
  const cut = new Set<string>();
  for (const event of events) {
    const isCut =
      event.type === "call.late" ||
      event.type === "call.abandoned" ||
      ((event.type === "call.failed" || event.type === "call.retried") &&
        (event.error.code === "TIMEOUT" || "stopped" in event));
    if (isCut) cut.add(event.callId);
  }
  return cut;
}

/** Calls of which an attempt began, and that have no end. */
function openIn(events: readonly RunEvent[]): number {
  const open = new Set<string>();
  for (const event of events) {
    if (event.type === "call.started") open.add(event.callId);
    else if (ENDS.has(event.type) && "callId" in event) open.delete(event.callId ?? "");
  }
  return open.size;
}

const ENDS: ReadonlySet<RunEvent["type"]> = new Set([
  "call.succeeded",
  "call.failed",
  "call.reused",
  "call.retried",
  "call.requeued",
]);
