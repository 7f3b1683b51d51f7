import { signalOf } from "../../async/abort-controller.ts";
import { scopeOf, type TeamPlace } from "../../model/call-place.ts";
import type { Subject } from "../../conflict/subject.ts";
import type { Run } from "../../call/run.ts";
import type { Missing } from "../../model/outcome.ts";
import { inTime } from "../../resolve/in-time.ts";
import type { Ask, ResolverContext } from "../../resolve/resolver.ts";
import { settleSubjects } from "../../resolve/settle-subjects.ts";
import type { Verdict } from "../../model/verdict.ts";
import type { ConfiguredTeam } from "../configure-team.ts";
import { judgeAsker } from "./ask-judge.ts";
import { callNames } from "./call-names.ts";
import { compareAnswers, type Comparison } from "./compare-answers.ts";
import { doubtful } from "./escalate.ts";
import type { Panel } from "./panel.ts";
import { personFor } from "./person.ts";
import { recordConflicts, recordedVerdicts, recordVerdicts } from "./record-verdicts.ts";
import { ONCE_ONLY, rerunWishes, withChanges } from "./rerun.ts";

/** What was decided about a team's answers. */
export interface DecidedTeam {
  readonly verdicts: readonly Verdict[];
  /** Whether members looked for open findings, with or without success, and more did than failed. */
  readonly reviewed: boolean;
}

/** The team that decides, and the run. */
export interface Deciding {
  readonly run: Run;
  readonly configuredTeam: ConfiguredTeam;
  /** Which team it is, and which attempt. */
  readonly at: TeamPlace;
  /** Members that should have been asked. */
  readonly planned: readonly number[];
  /** Others were not asked because the answers were enough. */
  readonly enough?: boolean;
  /** The members that were asked and did not answer. */
  readonly missing: readonly Missing[];
}

/**
 * Compares what all members said, once and as a whole, and settles what is contested. Members that said nothing cost
 * nothing. Rejects if the run is cancelled in the meantime.
 *
 * Members whose claims are in doubt are first asked once more; if the chain wants a rerun, so are those that disagree,
 * once. Their new answers are compared and settled again as a whole: nothing is decided on the old ones.
 */
export async function decide(deciding: Deciding, panel: Panel): Promise<DecidedTeam> {
  const { team, doubts, reruns } = deciding.configuredTeam;
  const ask = judgeAsker(deciding);
  const compare = (): Promise<Comparison> => compareAnswers(deciding, panel.statements, ask);
  let { subjects, reviewed, asked } = await compare();
  let made: readonly Verdict[] | undefined;
  if (doubts) {
    const doubted = doubtful(team, panel, subjects);
    if (doubted.length > 0) {
      await panel.again(doubted);
      ({ subjects, reviewed, asked } = await compare());
    }
  }
  if (reruns) {
    const { rerun, wanted } = rerunWishes(team, panel);
    // On all subjects, even if the log has a verdict: it may have been reached after the rerun.
    made = await settle(deciding, ask, { all: subjects, open: subjects, rerun, asked });
    const again = wanted(subjects);
    if (again.length > 0) {
      await panel.again(again);
      const before = subjects;
      ({ subjects, reviewed, asked } = await compare());
      subjects = withChanges(team, again, before, subjects);
      made = undefined;
    }
  }
  if (subjects.length === 0) return { verdicts: [], reviewed };

  recordConflicts(deciding, subjects);
  const recorded = recordedVerdicts(deciding, subjects);
  const open = subjects.filter(({ subject }) => !recorded.has(subject));
  const rerun = reruns ? ONCE_ONLY : undefined;
  made ??= await settle(deciding, ask, { all: subjects, open, rerun, asked });
  const { cancellation } = deciding.run;
  if (cancellation.cancelled) throw cancellation.reason;
  if (recorded.size === 0) {
    recordVerdicts(deciding, made);
    return { verdicts: made, reviewed };
  }
  const added = made.filter(({ subject }) => !recorded.has(subject));
  recordVerdicts(deciding, added);
  const now = new Map(added.map((verdict) => [verdict.subject, verdict]));
  const verdicts = subjects.flatMap(
    ({ subject }) => recorded.get(subject) ?? now.get(subject) ?? [],
  );
  return { verdicts, reviewed };
}

/** The subjects to settle. */
interface Settling {
  readonly all: readonly Subject[];
  /** Those that are not settled yet. */
  readonly open: readonly Subject[];
  readonly rerun: ResolverContext["rerun"];
  /** How many members were asked for a position. */
  readonly asked: number;
}

async function settle(
  { run, configuredTeam: { team }, at, missing, enough }: Deciding,
  ask: Ask,
  { all, open, rerun, asked }: Settling,
): Promise<readonly Verdict[]> {
  const scope = scopeOf(at);
  using stopping = signalOf(run.cancellation);
  const nameOf = callNames(run.redact, all);
  return await settleSubjects(open, {
    all,
    stopping,
    resolve: run.deadline === undefined ? team.resolve : team.resolve.map(inTime(run.deadline)),
    maxSubjects: team.maxSubjects,
    person: run.resumable ? personFor(run, scope, all) : undefined,
    missing: missing.map(({ agent }) => agent),
    asked,
    enough,
    learned: run.learned.get(scope),
    rerun,
    ask: (agent, task, key, told) => ask(agent, task, nameOf(key, task), told),
  });
}
