import { oneLine } from "../../conflict/plain.ts";
import type { Assertions } from "../../conflict/read-claims.ts";
import { fewOf } from "../../conflict/subject.ts";
import { unratedIn, unreadIn } from "../../conflict/unread.ts";
import type { AgentResult } from "../../model/call.ts";
import { TASK_SUBJECT } from "../../model/claim.ts";
import type { Verdict } from "../../model/verdict.ts";
import { isLeftOut } from "../coordinate/conclude.ts";
import type { Plan } from "../plan.ts";
import { isTeam } from "../configure-team.ts";
import type { Member, Team } from "../team.ts";

/** What a team was asked, what it said, and what was decided. Members are known by their index. */
export interface TeamAnswers {
  readonly team: Team;
  readonly plan: Plan;
  readonly results: readonly (AgentResult | undefined)[];
  readonly statements: readonly (Assertions | undefined)[];
  readonly verdicts: readonly Verdict[];
}

/** Facts that are the same for all members of a team, and used for each. */
export interface TeamVoices {
  /** Members whose answers others that were asked need: they may be there only for those. */
  readonly needed: ReadonlySet<number>;
  /** The agents that hold a position on a claim, by its subject. */
  readonly voices: ReadonlyMap<string, ReadonlySet<string>>;
}

export function voicesIn({ team, plan, results, verdicts }: TeamAnswers): TeamVoices {
  // As in the verdict: a member that was not asked needed nothing.
  const asked = plan.planned.filter((index) => !isLeftOut(results[index]));
  const claimed = verdicts.filter(({ kind }) => kind === "claim");
  return {
    needed: new Set(asked.flatMap((index) => team.members[index]?.needs ?? [])),
    voices: new Map(claimed.map((verdict) => [verdict.subject, voicesOf(verdict)])),
  };
}

/** One member that was asked, as its team's notices need it. */
export interface AskedMember {
  readonly member: Member;
  readonly result: AgentResult | undefined;
  readonly said: Assertions | undefined;
  /** A team that answers with its verdicts. */
  readonly isTeam: boolean;
  /** Others that were asked need its answer: it may be there only for them. */
  readonly isNeeded: boolean;
  /** Its own function says what it claims, if anything. */
  readonly claimsByItself: boolean;
  /** Parts of its answer that are meant for comparing, in a form that cannot be compared. */
  readonly unread: readonly string[];
  /** Which of its findings have an unknown severity. */
  readonly unrated: string | undefined;
  /** The subjects on which its position was set aside. */
  readonly aside: readonly string[];
  /** What its answer has instead of a claim, `answered with "score" and no "recommendation"`; `undefined` if that would not help. */
  readonly instead: string | undefined;
}

/** The member with that index, and its result. */
export function askedAt(
  { team, results, statements }: TeamAnswers,
  { needed, voices }: TeamVoices,
  index: number,
): AskedMember {
  const isNeeded = needed.has(index);
  const member = team.members[index] as Member;
  const [result, said] = [results[index], statements[index]];
  const output = result?.status === "ok" ? result.output : undefined;
  const property = claimProperty(member);
  const unread = unreadIn(output, said, property);
  const { worker } = member;
  const isMade = isTeam(worker) && worker.answer === undefined;
  const isSilent = said === undefined || (said.claims.length === 0 && said.findings === undefined);
  const helps = result?.status === "ok" && isSilent && unread.length === 0;
  return {
    member,
    result,
    said,
    isTeam: isMade,
    isNeeded,
    claimsByItself: property === undefined,
    unread,
    unrated: isMade ? undefined : unratedIn(output),
    aside: isNeeded && said?.plain === true ? NOTHING : asideOf(member.name, said, voices),
    instead: helps ? insteadOf(output, isMade, property) : undefined,
  };
}

export function answered({ result }: AskedMember): boolean {
  return result?.status === "ok";
}

/** Whether some of what it said was compared, or could have been. */
export function spoke({ said, isNeeded, aside }: AskedMember): boolean {
  if (said === undefined || (isNeeded && said.plain === true)) return false;
  if (said.findings !== undefined) return true;
  return said.claims.some(({ subject }) => !aside.includes(subject));
}

/** Whether nobody can have expected it to claim or report anything. */
export function maySayNothing({ isNeeded, claimsByItself, aside }: AskedMember): boolean {
  return (isNeeded || claimsByItself) && aside.length === 0;
}

/** The agents that hold a position on a verdict's subject. */
function voicesOf({ positions }: Verdict): ReadonlySet<string> {
  const voices = new Set<string>();
  for (const { heldBy } of positions) for (const { agent } of heldBy) voices.add(agent);
  return voices;
}

/** Whether only one agent holds a position on a verdict's subject. */
export function isOneVoice({ positions }: Verdict): boolean {
  const first = positions[0]?.heldBy[0]?.agent;
  return (
    first !== undefined &&
    positions.every(({ heldBy }) => heldBy.every(({ agent }) => agent === first))
  );
}

/** Subjects of its claims on which it holds no position: a comparison set it aside. */
function asideOf(
  name: string,
  said: Assertions | undefined,
  voices: TeamVoices["voices"],
): readonly string[] {
  if (said === undefined || said.claims.length === 0) return NOTHING;
  const isAside = (subject: string): boolean => voices.get(subject)?.has(name) === false;
  if (!said.claims.some(({ subject }) => isAside(subject))) return NOTHING;
  const claimed = new Set(said.claims.map(({ subject }) => subject));
  return [...voices.keys()].filter((subject) => claimed.has(subject) && isAside(subject));
}

const NOTHING: readonly string[] = Object.freeze([]);

/** The property of an answer that has the claim; `undefined` if a function reads it. */
function claimProperty({ worker }: Member): string | undefined {
  if (!("claims" in worker) || worker.claims === undefined) return "recommendation";
  return typeof worker.claims === "string" ? worker.claims : undefined;
}

function insteadOf(
  output: unknown,
  isMade: boolean,
  property: string | undefined,
): string | undefined {
  if (isMade) return leftOpen(output);
  if (property === undefined) return undefined;
  const isObject = typeof output === "object" && output !== null && !Array.isArray(output);
  const what = isObject ? propertiesOf(output, property) : wholeOf(output, property);
  return what === undefined ? undefined : `answered with ${what}`;
}

/** `left the task tied`: what a nested team has not decided. */
function leftOpen(output: unknown): string | undefined {
  const { verdicts = [] } = output as { readonly verdicts?: readonly Verdict[] };
  if (verdicts.length === 0) return undefined;
  return `left ${fewOf(verdicts, MAX_SUBJECTS, ({ subject, status }) => `${quoted(subject)} ${status}`)}`;
}

/** `"score", "note" and no "recommendation"`, for an answer that has properties. */
function propertiesOf(output: object, property: string): string | undefined {
  // A name is shown whole or not at all: redact may not recognise half of a secret.
  const names = Object.keys(output).filter((name) => name.length <= MAX_PROPERTY_CHARS);
  const named = (name: string): string => `"${oneLine(name, MAX_PROPERTY_CHARS)}"`;
  if (Object.hasOwn(output, property)) {
    const value = (output as Readonly<Record<string, unknown>>)[property];
    return `a ${named(property)} that is ${value === null ? "null" : "blank"}`;
  }
  if (names.length === 0) return undefined;
  return `${fewOf(names, MAX_NAMES, named)} and no ${named(property)}`;
}

/** `a blank text`: an answer without properties that contains no claim. */
function wholeOf(output: unknown, property: string): string {
  if (output === null || output === undefined) return "nothing";
  if (Array.isArray(output)) return "a list";
  const isText = typeof output === "string";
  if (isText && output.trim() === "") return "a blank text";
  if (isText && property === "recommendation") return "a text that is longer than 64 KiB";
  return `a ${isText ? "text" : typeof output} and no "${oneLine(property, MAX_PROPERTY_CHARS)}"`;
}

export const MAX_NAMES = 5;
export const MAX_SUBJECTS = 3;
const MAX_NAME_CHARS = 100;
const MAX_SUBJECT_CHARS = 80;
const MAX_PROPERTY_CHARS = 40;

export function nameIn(name: string): string {
  return oneLine(name, MAX_NAME_CHARS);
}

/** A subject, quoted for a sentence. */
export function quoted(subject: string): string {
  if (subject === TASK_SUBJECT) return "the task";
  return `"${oneLine(subject, MAX_SUBJECT_CHARS)}"`;
}
