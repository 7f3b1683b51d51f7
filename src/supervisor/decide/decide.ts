import type { Agent } from "../../agent.ts";
import { abortController } from "../../async/abort-controller.ts";
import { either } from "../../async/cancellation.ts";
import type { CompareContext } from "../../conflict/compare.ts";
import type { Conflict, Position } from "../../conflict/conflict.ts";
import { comparesLater } from "../../conflict/later.ts";
import type { Said } from "../../conflict/said.ts";
import { byCodeUnits, type Subject } from "../../conflict/subject.ts";
import { conflictsAmong } from "../../conflict/subjects.ts";
import type { Run } from "../../engine/run.ts";
import type { EventBody } from "../../events.ts";
import { canonicalJson } from "../../json.ts";
import type { Missing } from "../../outcome.ts";
import type { LinkContext } from "../../resolve/link.ts";
import { inTime } from "../../resolve/in-time.ts";
import { settleSubjects } from "../../resolve/settle-subjects.ts";
import type { Verdict } from "../../resolve/verdict.ts";
import { askJudge, type Asked } from "./ask-judge.ts";
import { callNames } from "./call-names.ts";
import { doubtful } from "./escalate.ts";
import { heardFrom, heardLater, materialOf, type Heard } from "./heard.ts";
import type { Panel } from "./panel.ts";
import { personFor } from "./person.ts";
import { ONCE_ONLY, rerunWishes, withChanges } from "./rerun.ts";
import type { Seating } from "../team/seating.ts";

/** Where a team's answers differ, and what was decided. */
export interface Decided {
  readonly conflicts: readonly Conflict[];
  readonly verdicts: readonly Verdict[];
  /** Whether any member looked for open findings, whatever it found. */
  readonly reviewed: boolean;
}

/** The team that decides, and in which run. */
export interface Deciding {
  readonly run: Run;
  readonly seating: Seating;
  /** Begins the ids of the team's calls. */
  readonly prefix: string;
  /** Members that were asked and did not answer. */
  readonly missing: readonly Missing[];
}

/**
 * Compares what all members said, once and as a whole, and settles what is contested. Members that said nothing cost
 * nothing. Answers at once when nobody has to be asked; rejects when the run is cancelled meanwhile.
 *
 * With a `panel`, members whose claims are in doubt are asked once more first; and where the chain wants a rerun those who
 * disagree are, once. What they say then is compared and settled anew, as a whole: nothing is decided on what they said before.
 */
export function settleStatements(
  deciding: Deciding,
  statements: readonly (Said | undefined)[],
  panel: Panel | undefined,
): Decided | Promise<Decided> {
  if (panel !== undefined) return settlePanel(deciding, panel);
  const heard = hear(deciding, statements, undefined);
  return heard instanceof Promise
    ? heard.then((late) => settleHeard(deciding, late, {}))
    : settleHeard(deciding, heard, {});
}

/** What was said, compared; at once unless a comparator asks somebody or there is very much. */
function hear(
  deciding: Deciding,
  statements: readonly (Said | undefined)[],
  asked: Asked | undefined,
): Heard | Promise<Heard> {
  const { run, seating } = deciding;
  const said = materialOf(seating.team, statements);
  if (!comparesLater(said.material)) return heardFrom(said);
  const stop = abortController();
  run.cancellation.watch(stop.abort);
  const { signal, abort } = abortController();
  const until = either(run.cancellation, run.deadline);
  until.cancellation.watch(abort);
  const nameOf = callNames(run.redact, []);
  const ask: CompareContext["ask"] = (agent, task, key) =>
    askJudge(deciding, { agent, task, key: nameOf(key, task) }, asked);
  return heardLater(said, { ask, signal, stopped: stop.signal }).finally(() => {
    run.cancellation.unwatch(stop.abort);
    until.cancellation.unwatch(abort);
    until[Symbol.dispose]();
    if (run.cancellation.cancelled) throw run.cancellation.reason;
  });
}

async function settlePanel(deciding: Deciding, panel: Panel): Promise<Decided> {
  const { doubts, reruns, team } = deciding.seating;
  const asked: Asked = new Map();
  let heard = await hear(deciding, panel.statements, asked);
  if (doubts) {
    const doubted = doubtful(team, panel, heard.subjects);
    if (doubted.length > 0) {
      await panel.again(doubted);
      heard = await hear(deciding, panel.statements, asked);
    }
  }
  if (!reruns) return settleHeard(deciding, heard, {});

  const wishes = rerunWishes(team, panel);
  // On the whole, also where a verdict stands in the log: it may have been reached after the rerun.
  const made = await settle(deciding, heard.subjects, heard.subjects, {
    rerun: wishes.rerun,
    asked,
  });
  const wanted = wishes.wanted();
  if (wanted.length === 0) {
    noteConflicts(deciding, heard.subjects);
    return concluded(deciding, heard, recordedAbout(deciding, heard.subjects), made);
  }
  await panel.again(wanted);
  const after = await hear(deciding, panel.statements, asked);
  const told = { ...after, subjects: withChanges(team, wanted, heard.subjects, after.subjects) };
  return settleHeard(deciding, told, { rerun: ONCE_ONLY, asked });
}

/** How often the chain has been tried on what the team said. */
interface Trial {
  readonly rerun?: LinkContext["rerun"];
  /** Whom the links asked, also the time before. */
  readonly asked?: Asked;
}

function settleHeard(deciding: Deciding, heard: Heard, trial: Trial): Decided | Promise<Decided> {
  const { subjects: all, reviewed } = heard;
  if (all.length === 0) return { conflicts: [], verdicts: [], reviewed };
  noteConflicts(deciding, all);
  const before = recordedAbout(deciding, all);
  const open = before.size === 0 ? all : all.filter(({ subject }) => !before.has(subject));
  const made = settle(deciding, all, open, trial);
  return made instanceof Promise
    ? made.then((late) => concluded(deciding, heard, before, late))
    : concluded(deciding, heard, before, made);
}

/** A nested team's events name it. */
function placeIn({ prefix }: Deciding): { readonly callId?: string } {
  return prefix === "" ? {} : { callId: prefix.slice(0, -1) };
}

function noteConflicts(deciding: Deciding, all: readonly Subject[]): void {
  const { run, prefix } = deciding;
  const found = run.history?.conflicts(prefix.slice(0, -1));
  const isNoted = (conflict: Conflict): boolean => {
    if (found === undefined || found.size === 0) return false;
    const kept = run.redact?.event({ type: "conflict.found", conflict });
    const { subject, positions } = kept?.type === "conflict.found" ? kept.conflict : conflict;
    return isAbout(found.get(subject), { positions });
  };
  run.journal.note(
    conflictsAmong(all)
      .filter((conflict) => !isNoted(conflict))
      .map((conflict): EventBody => ({ type: "conflict.found", ...placeIn(deciding), conflict })),
  );
}

const NOTHING_RECORDED: ReadonlyMap<string, Verdict> = new Map();

/** What is decided stays decided, as long as it is about the same. */
function recordedAbout(
  { run, prefix, missing }: Deciding,
  all: readonly Subject[],
): ReadonlyMap<string, Verdict> {
  const recorded = run.history?.verdicts(prefix.slice(0, -1));
  if (recorded === undefined || recorded.size === 0) return NOTHING_RECORDED;
  const absent = canonicalJson(missing.map(({ agent }) => agent).toSorted(byCodeUnits));
  return new Map(
    all.flatMap((subject) => {
      const verdict = recorded.get(subject.subject);
      return isAbout(verdict, subject) && canonicalJson(verdict.missing) === absent
        ? [[subject.subject, verdict] as const]
        : [];
    }),
  );
}

const NOBODY_LISTENS = { signal: undefined, abort: (): void => {} } as const;

/** The verdicts about `open`, of `all` that there is to decide. */
function settle(
  deciding: Deciding,
  all: readonly Subject[],
  open: readonly Subject[],
  { rerun, asked }: Trial,
): readonly Verdict[] | Promise<readonly Verdict[]> {
  const { run, seating, prefix, missing } = deciding;
  const { resolve } = seating.team;
  // Links get a real signal. Where nothing is contested, no link that waits is asked.
  const contested = open.some(({ positions }) => positions.length > 1);
  const { signal, abort } = contested ? abortController() : NOBODY_LISTENS;
  run.cancellation.watch(abort);
  const nameOf = callNames(run.redact, all);
  const settled = settleSubjects(open, {
    all,
    signal,
    resolve: run.deadline === undefined ? resolve : resolve.map(inTime(run.deadline)),
    maxSubjects: seating.team.maxSubjects,
    person: run.resumable ? personFor(run, prefix.slice(0, -1), all) : undefined,
    missing: missing.map(({ agent }) => agent),
    learned: run.learned.get(prefix.slice(0, -1)),
    rerun,
    ask: (agent: Agent, task: unknown, key: string) =>
      askJudge(deciding, { agent, task, key: nameOf(key, task) }, asked),
  });
  if (settled instanceof Promise) return settled.finally(() => run.cancellation.unwatch(abort));
  run.cancellation.unwatch(abort);
  return settled;
}

/** Records what was made, but for what was `before`; all of it, in the order of the subjects. */
function concluded(
  deciding: Deciding,
  { subjects: all, reviewed }: Heard,
  before: ReadonlyMap<string, Verdict>,
  settled: readonly Verdict[],
): Decided {
  const { run } = deciding;
  if (run.cancellation.cancelled) throw run.cancellation.reason;
  const place = placeIn(deciding);
  const made = before.size === 0 ? settled : settled.filter(({ subject }) => !before.has(subject));
  // Nobody sees them before the event that follows is kept, and with it all before it.
  const open = made.filter(({ status }) => status === "waiting");
  run.waits.push(...open.map((verdict) => ({ ...place, verdict })));
  run.journal.note(
    made
      .filter(({ status }) => status !== "waiting")
      .map((verdict): EventBody => ({ type: "verdict.reached", ...place, verdict })),
  );
  const verdicts = before.size === 0 ? made : inOrder(all, before, made);
  return { conflicts: conflictsAmong(all), verdicts, reviewed };
}

/** Whether something in the log is about these positions, and not about what other answers were. */
function isAbout<T extends { readonly positions: readonly Position[] }>(
  recorded: T | undefined,
  { positions }: { readonly positions: readonly Position[] },
): recorded is T {
  return recorded !== undefined && canonicalJson(recorded.positions) === canonicalJson(positions);
}

/** The verdicts of before and of now, in the order of their subjects. */
function inOrder(
  all: readonly { readonly subject: string }[],
  before: ReadonlyMap<string, Verdict>,
  made: readonly Verdict[],
): readonly Verdict[] {
  const now = new Map(made.map((verdict) => [verdict.subject, verdict]));
  return all.flatMap(({ subject }) => before.get(subject) ?? now.get(subject) ?? []);
}
