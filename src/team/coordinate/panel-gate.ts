import { orCancelled } from "../../async/or-cancelled.ts";
import { scopeOf } from "../../model/call-place.ts";
import { foldedKey } from "../../conflict/canonical.ts";
import { TASK_SUBJECT } from "../../model/claim.ts";
import type { Subject } from "../../conflict/subject.ts";
import type { Skipped, Waiting } from "../../model/call.ts";
import { notice, type Notice } from "../../model/notices.ts";
import type { PlannedPanel } from "../../model/planned-panel.ts";
import { LEAST_TRUTHS } from "../../panel/lead.ts";
import { isClosed, nextRound, type PanelRule } from "../../panel/until.ts";
import type { SaidSoFar } from "../../resolve/foresight.ts";
import { judgeAsker } from "../decide/ask-judge.ts";
import { compareAnswers, type Comparison } from "../decide/compare-answers.ts";
import { firstRound, panelRules } from "../panel-rule.ts";
import { missingOf } from "./conclude.ts";
import type { TeamRun } from "./team-run.ts";

/** Lets members of a team be asked: always the fewest whose answers could be enough, until they are. */
export interface PanelGate {
  /** Resolves when a member may be asked, or with why it is not; `undefined`: it may now. Rejects if the run is cancelled. */
  admit(index: number): Promise<NotAdmitted | undefined> | undefined;
  /** A member's part is over, whether it was asked or not. */
  ended(index: number): void;
  /**
   * If all are asked to learn from them: the members that would not have been asked, judged by what the others said. To be called when all
   * have ended.
   */
  explored(): Promise<readonly number[]>;
  /** The members that are asked first. */
  readonly first: readonly number[];
  /** Further notices for the outcome. */
  readonly notices: readonly Notice[];
}

/** Why a member is not asked: the answers are enough, or another member is waited for first. */
type NotAdmitted = (Skipped & { readonly reason: "panel" }) | Waiting;

/**
 * States of a member: to come, asked (or allowed to be), ended. A round is all members that are asked and have not ended. When it is over, the answers are
 * compared, and either no further member is asked, or the next round begins. No member is asked in vain, so nothing is under way when the answers are
 * enough.
 */
export function panelGate(
  team: Omit<TeamRun, "gate">,
  panel: PlannedPanel,
  asks: (index: number) => void,
): PanelGate {
  const { run, configuredTeam, assignment, answers } = team;
  const isLost = (index: number): boolean => needsLost(team, index);
  const compare = claimsSoFar(team, isLost);
  const { indexOf, members, minAnswers } = configuredTeam.team;
  const order = panel.order.flatMap((name) => indexOf.get(name) ?? []);
  const learned = run.learned.get(scopeOf(assignment.at));
  const ruleAbout = panelRules(configuredTeam, panel, learned);
  const asked = new Set<number>();
  const ended = new Set<number>();
  const pending = new Map<number, (why: NotAdmitted | undefined) => void>();
  let closed: NotAdmitted | undefined;

  const nameOf = (index: number): string => members[index]?.name ?? "";
  const toCome = (): readonly number[] =>
    order.filter((index) => !asked.has(index) && !ended.has(index) && !isLost(index));
  const answered = (counts: IsCounted): number =>
    answers.results.filter((result, index) => counts(index) && result?.status === "ok").length;

  const ask = (indices: readonly number[]): void => {
    for (const index of indices) {
      asked.add(index);
      asks(index);
      pending.get(index)?.(undefined);
      pending.delete(index);
    }
  };
  const close = (why: NotAdmitted): void => {
    closed = why;
    for (const done of pending.values()) done(why);
    pending.clear();
  };

  /** The open subjects among those spoken about so far; at first, and if nobody spoke, the task. */
  const openIn = (
    { subjects, asked: spoke }: Comparison,
    rest: readonly string[],
  ): readonly Open[] => {
    if (subjects.length === 0)
      return [{ rule: ruleAbout(TASK_SUBJECT), said: { held: [], asked: spoke } }];
    return subjects.flatMap(({ subject, positions, refused }): readonly Open[] => {
      const rule = ruleAbout(subject);
      const said = { held: refused === undefined ? positions.map(heldIn) : [], asked: spoke };
      const isOpen = refused !== undefined || !isClosed(rule, said, rest);
      return isOpen ? [{ rule, said }] : [];
    });
  };
  const countOf = (open: readonly Open[], rest: readonly string[]): number =>
    open.reduce((most, { rule, said }) => Math.max(most, nextRound(rule, said, rest).length), 0);

  /** The members to ask next, given the answers that count; none if those are enough. */
  const nextOf = async (rest: readonly number[], counts: IsCounted): Promise<readonly number[]> => {
    // Any member may still report a finding that no other has.
    if (answers.statements.some((said, index) => counts(index) && said?.findings !== undefined)) {
      return rest;
    }
    const names = rest.map(nameOf);
    const open = openIn(await compare(counts), names);
    const lacking = minAnswers - answered(counts);
    if (open.length === 0 && lacking <= 0) return [];
    return rest.slice(0, Math.max(lacking, countOf(open, names), 1));
  };

  const goOn = async (): Promise<void> => {
    const rest = toCome();
    if (rest.length === 0) return;
    const waits = answers.results.findIndex((result) => result?.status === "waiting");
    if (waits >= 0) {
      close({ status: "waiting", detail: `it is asked when ${nameOf(waits)} has answered` });
      return;
    }
    const next = await nextOf(rest, everybody);
    if (next.length > 0) ask(next);
    else close({ status: "skipped", reason: "panel", detail: ENOUGH });
  };

  const explored = async (): Promise<readonly number[]> => {
    if (panel.explores !== true) return [];
    const { explores: _explores, ...inEarnest } = panel;
    const would = new Set(order.slice(0, firstRound(configuredTeam, inEarnest, ruleAbout)));
    for (;;) {
      const rest = order.filter((index) => !would.has(index) && !isLost(index));
      const next = await nextOf(rest, (index) => would.has(index));
      if (next.length === 0) {
        return rest.filter((index) => answers.results[index]?.status !== "skipped");
      }
      for (const index of next) would.add(index);
    }
  };

  for (const index of order.slice(0, firstRound(configuredTeam, panel, ruleAbout)))
    asked.add(index);

  return {
    explored,
    first: [...asked],
    notices: noticesOf(panel, ruleAbout(TASK_SUBJECT).truths),
    admit(index) {
      if (asked.has(index)) return undefined;
      if (closed !== undefined) return Promise.resolve(closed);
      const { promise, resolve: settle } = Promise.withResolvers<NotAdmitted | undefined>();
      pending.set(index, settle);
      return orCancelled(promise, run.cancellation);
    },
    ended(index) {
      ended.add(index);
      if (closed !== undefined || ![...asked].every((one) => ended.has(one))) return;
      // It rejects only if the run is cancelled, and waiting members learn of that themselves.
      goOn().catch(() => {});
    },
  };
}

/**
 * Whether a member will not be asked because one that it needs did not answer. True even before the member was told, which depends on who ended first.
 */
function needsLost(team: Omit<TeamRun, "gate">, index: number): boolean {
  const { members } = team.configuredTeam.team;
  return (members[index]?.needs ?? []).some((need) => {
    const result = team.answers.results[need];
    if (result === undefined) return needsLost(team, need);
    return result.status === "failed" || result.status === "skipped";
  });
}

/** Compares what was claimed so far. The comparators of a panel ask no agents. */
function claimsSoFar(
  { run, configuredTeam, assignment, answers }: Omit<TeamRun, "gate">,
  isLost: (index: number) => boolean,
): (counts: IsCounted) => Promise<Comparison> {
  const { at, plan } = assignment;
  return async (counts) => {
    const results = answers.results.map((result, index) => (counts(index) ? result : undefined));
    for (const index of plan.planned) if (isLost(index)) results[index] ??= LOST;
    const planned = plan.planned.filter((index) => results[index] !== undefined);
    const missing = missingOf(configuredTeam.team, { ...plan, planned }, results);
    const deciding = { run, configuredTeam, at, planned, missing };
    const claims = answers.statements.map((said, index) =>
      said !== undefined && counts(index) ? { ...said, findings: undefined } : undefined,
    );
    return compareAnswers(deciding, claims, judgeAsker(deciding));
  };
}

function noticesOf({ until }: PlannedPanel, truths: number): readonly Notice[] {
  if (until !== "lead" || truths >= LEAST_TRUTHS) return [];
  return [
    notice("short-of-truths", {
      what: `The panel may stop at "lead" only if at least ${LEAST_TRUTHS} truths are known of its agents; ${truths} are, so it went on until the verdict was certain`,
    }),
  ];
}

/** Whether what a member said counts. */
type IsCounted = (index: number) => boolean;

const everybody: IsCounted = () => true;

/** A claim about which more members have to speak. */
interface Open {
  readonly rule: PanelRule;
  readonly said: SaidSoFar;
}

const LOST: Skipped = {
  status: "skipped",
  reason: "need-failed",
  detail: "one that it needs did not answer",
};

const ENOUGH = "those who have answered were enough";

function heldIn({ value, heldBy }: Subject["positions"][number]): SaidSoFar["held"][number] {
  return { key: foldedKey(value), by: heldBy.map(({ agent }) => agent) };
}
