import type { AgentResult } from "../../model/call.ts";
import { oneLine } from "../../conflict/plain.ts";
import type { Said } from "../../conflict/said.ts";
import { TASK_SUBJECT } from "../../model/claim.ts";
import { fewOf } from "../../conflict/subject.ts";
import { unreadIn } from "../../conflict/unread.ts";
import { notice, type Notice } from "../../model/notices.ts";
import type { Verdict } from "../../model/verdict.ts";
import { counted } from "../../resolve/words.ts";
import { isLeftOut } from "../coordinate/conclude.ts";
import type { Plan } from "../plan.ts";
import { isTeam } from "../configure-team.ts";
import type { Member, Team } from "../team.ts";

/** What a team was asked, what it said, and what was decided about that. Members are known by their index. */
export interface TeamAnswers {
  readonly team: Team;
  readonly plan: Plan;
  readonly results: readonly (AgentResult | undefined)[];
  readonly statements: readonly (Said | undefined)[];
  readonly verdicts: readonly Verdict[];
}

/** One member that was asked. */
interface AskedMember {
  readonly member: Member;
  readonly result: AgentResult | undefined;
  readonly said: Said | undefined;
  /** Others that were asked need its answer: it may be there for them alone. */
  readonly isNeeded: boolean;
  /** A function of its own says what it claims, if anything. */
  readonly claimsByItself: boolean;
  /** Its answer has something that is meant for comparing, in a form that cannot be. */
  readonly unread: readonly string[];
  /** What its answer has where the claim was looked for; `undefined` where that helps nobody. */
  readonly instead: string | undefined;
}

/** What the outcome of a team does not say by itself: what was not compared, and who did not speak. */
export function teamNotices(answers: TeamAnswers): readonly Notice[] {
  const asked = answers.plan.planned
    .filter((index) => !isLeftOut(answers.results[index]))
    .map((index) => askedAt(answers, index));
  const unread = asked.filter((one) => one.unread.length > 0).map(unreadNotice);
  if (asked.length < 2) return unread;
  const compared = comparedNotice(asked, answers.verdicts);
  const found = foundNotice(asked, answers.verdicts);
  return [
    ...(compared === undefined ? [] : [compared]),
    // Before those who are alone, as it may be why they are.
    ...unread,
    ...(compared === undefined ? oneVoiceNotices(asked, answers.verdicts) : []),
    ...(found === undefined ? [] : [found]),
    // Where nobody spoke that is told already.
    ...(compared === undefined || asked.some(spoke) ? silentNotices(asked) : []),
  ];
}

function askedAt({ team, plan, results, statements }: TeamAnswers, index: number): AskedMember {
  const isNeeded = plan.planned.some(
    (other) => team.members[other]?.needs.includes(index) === true,
  );
  const member = team.members[index] as Member;
  const [result, said] = [results[index], statements[index]];
  const output = result?.status === "ok" ? result.output : undefined;
  const property = claimProperty(member);
  const unread = unreadIn(output, said, property);
  const claimsByItself = property === undefined;
  const { worker } = member;
  const isMade = isTeam(worker) && worker.answer === undefined;
  const helps = said === undefined && unread.length === 0 && !isMade;
  const instead = helps && property !== undefined ? insteadOf(property, output) : undefined;
  return { member, result, said, isNeeded, claimsByItself, unread, instead };
}

/** `"score", "note" and no "recommendation"`, of an answer that has properties. */
function insteadOf(property: string, output: unknown): string | undefined {
  if (typeof output !== "object" || output === null || Array.isArray(output)) return undefined;
  // Whole or not at all: redact may not know half of what it takes out.
  const names = Object.keys(output).filter((name) => name.length <= MAX_PROPERTY_CHARS);
  if (names.length === 0 || names.includes(property)) return undefined;
  const named = (name: string): string => `"${oneLine(name, MAX_PROPERTY_CHARS)}"`;
  return `${fewOf(names, MAX_NAMES, named)} and no ${named(property)}`;
}

/** `: a, b answered with "score" and no "recommendation"`: what there is for those who are to say what counts. */
function answeredInstead(silent: readonly AskedMember[]): string {
  const alike = Map.groupBy(silent, ({ instead }) => instead);
  alike.delete(undefined);
  if (alike.size === 0) return "";
  const each = ([instead, those]: readonly [string | undefined, readonly AskedMember[]]): string =>
    `${fewOf(those, MAX_NAMES, ({ member }) => nameIn(member.name))} answered with ${instead}`;
  return `: ${fewOf([...alike], MAX_SUBJECTS, each)}`;
}

/** Where the claim stands in an answer; nowhere where a function reads it. */
function claimProperty({ worker }: Member): string | undefined {
  if (!("claims" in worker) || worker.claims === undefined) return "recommendation";
  return typeof worker.claims === "string" ? worker.claims : undefined;
}

function answered({ result }: AskedMember): boolean {
  return result?.status === "ok";
}

function spoke({ said, isNeeded }: AskedMember): boolean {
  if (said === undefined || (isNeeded && said.plain === true)) return false;
  return said.claims.length > 0 || said.findings !== undefined;
}

function unreadNotice({ member: { name }, unread }: AskedMember): Notice {
  return notice("answer-unread", {
    what: `The answer of ${nameIn(name)} has ${unread.join(" and ")}, so that is not compared`,
    agents: [name],
  });
}

/** That two or more answered, and nothing of it was compared. */
function comparedNotice(
  asked: readonly AskedMember[],
  verdicts: readonly Verdict[],
): Notice | undefined {
  const answers = asked.filter(answered);
  const speaking = answers.filter(spoke);
  const reviewers = answers.filter(({ said }) => said?.findings !== undefined);
  const wasCompared =
    reviewers.length > 1 || verdicts.some((verdict) => voicesOf(verdict).length !== 1);
  // One that speaks alone is told of by itself.
  if (answers.length < 2 || wasCompared || speaking.length === 1) return undefined;
  const agents = answers.map(({ member }) => member.name);
  if (speaking.length === 0) {
    return notice("nothing-compared", {
      what: `None of the ${answers.length} answers claims or reports anything that can be compared${answeredInstead(answers)}`,
      agents,
      ...(answers.filter((one) => !maySayNothing(one)).length < 2 && { level: "info" }),
    });
  }
  const about = fewOf(verdicts, MAX_SUBJECTS, ({ subject }) => quoted(subject));
  return notice("nothing-compared", {
    what: `No two of the ${speaking.length} who spoke did so about the same subject: ${about}`,
    agents: speaking.map(({ member }) => member.name),
  });
}

/** That one alone spoke about a subject: for each such voice, about all that it alone spoke of. */
function oneVoiceNotices(
  asked: readonly AskedMember[],
  verdicts: readonly Verdict[],
): readonly Notice[] {
  const alone = Map.groupBy(
    verdicts.filter((verdict) => voicesOf(verdict).length === 1),
    (verdict) => voicesOf(verdict)[0] ?? "",
  );
  return asked.flatMap((one) => {
    const { name } = one.member;
    const about = alone.get(name);
    // One that claims nothing by intention is nobody who could have spoken.
    const others = asked.filter(
      (other) => other !== one && (spoke(other) || !answered(other) || !maySayNothing(other)),
    );
    if (about === undefined || others.length === 0) return [];
    const silent = others.filter((other) => !spoke(other));
    const subjects = fewOf(about, MAX_SUBJECTS, ({ subject }) => quoted(subject));
    const why = silent.length === 0 ? "the others spoke about something else" : whyNot(silent);
    return notice("one-voice", {
      what: `${nameIn(name)} alone spoke about ${subjects}: ${why}`,
      agents: [name],
      level: silent.length === 0 ? "info" : "warn",
    });
  });
}

/** Whether nobody can have expected that it claims or reports anything. */
function maySayNothing({ isNeeded, claimsByItself }: AskedMember): boolean {
  return isNeeded || claimsByItself;
}

/** `style did not answer; types said nothing about it`. */
function whyNot(silent: readonly AskedMember[]): string {
  const named = (those: readonly AskedMember[]): string =>
    fewOf(those, MAX_NAMES, ({ member }) => nameIn(member.name));
  const failed = silent.filter((one) => !answered(one));
  const mute = silent.filter(answered);
  return [
    ...(failed.length > 0 ? [`${named(failed)} did not answer`] : []),
    ...(mute.length > 0 ? [`${named(mute)} said nothing that can be compared`] : []),
  ].join("; ");
}

/** That reviewers looked, and there is nothing else to show for it. */
function foundNotice(
  asked: readonly AskedMember[],
  verdicts: readonly Verdict[],
): Notice | undefined {
  const looked = asked.filter(({ said }) => said?.findings !== undefined);
  if (looked.length === 0 || verdicts.length > 0) return undefined;
  const who = fewOf(looked, MAX_NAMES, ({ member }) => nameIn(member.name));
  return notice("nothing-found", {
    what: `${counted(looked.length, "agent")} of ${asked.length} looked for findings and ${looked.length === 1 ? "has" : "have"} none: ${who}`,
    agents: looked.map(({ member }) => member.name),
  });
}

/** Those who answered and said nothing: who is required has to speak. */
function silentNotices(asked: readonly AskedMember[]): readonly Notice[] {
  const silent = asked.filter(
    (one) =>
      answered(one) &&
      !spoke(one) &&
      one.unread.length === 0 &&
      !one.isNeeded &&
      (one.member.required || !one.claimsByItself),
  );
  const notices = [
    { those: silent.filter(({ member }) => member.required), level: "warn" },
    { those: silent.filter(({ member }) => !member.required), level: "info" },
  ] as const;
  return notices.flatMap(({ those, level }) => {
    if (those.length === 0) return [];
    const who = fewOf(those, MAX_NAMES, ({ member }) => nameIn(member.name));
    const required = level === "warn" ? ", and an answer of it is required" : "";
    return notice("said-nothing", {
      what: `${who} answered and said nothing that can be compared${required}${answeredInstead(those)}`,
      agents: those.map(({ member }) => member.name),
      level,
    });
  });
}

function voicesOf({ positions }: Verdict): readonly string[] {
  return [...new Set(positions.flatMap(({ heldBy }) => heldBy.map(({ agent }) => agent)))];
}

const MAX_NAMES = 5;
const MAX_SUBJECTS = 3;
const MAX_NAME_CHARS = 100;
const MAX_SUBJECT_CHARS = 80;
const MAX_PROPERTY_CHARS = 40;

function nameIn(name: string): string {
  return oneLine(name, MAX_NAME_CHARS);
}

function quoted(subject: string): string {
  if (subject === TASK_SUBJECT) return "the task";
  return `"${oneLine(subject, MAX_SUBJECT_CHARS)}"`;
}
