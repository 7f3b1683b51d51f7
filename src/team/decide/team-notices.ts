import { fewOf } from "../../conflict/subject.ts";
import { notice, type Notice } from "../../model/notices.ts";
import type { Verdict } from "../../model/verdict.ts";
import { counted } from "../../resolve/words.ts";
import { isLeftOut } from "../coordinate/conclude.ts";
import {
  answered,
  askedAt,
  voicesIn,
  isOneVoice,
  maySayNothing,
  MAX_NAMES,
  MAX_SUBJECTS,
  nameIn,
  quoted,
  spoke,
  type AskedMember,
  type TeamAnswers,
} from "./asked-member.ts";

/** What the outcome of a team does not say by itself: what was not compared, and which agents did not speak. */
export function teamNotices(answers: TeamAnswers): readonly Notice[] {
  const { team, verdicts } = answers;
  const voices = voicesIn(answers);
  const asked = answers.plan.planned
    .filter((index) => !isLeftOut(answers.results[index]))
    .map((index) => askedAt(answers, voices, index));
  const unread = asked.flatMap(unreadNotices);
  const aside = asideNotices(asked, answers);
  if (asked.length < 2) {
    // An agent that is asked alone may be there only for its answer, unless that has to pass a gate.
    const isAwaited = team.gate !== undefined || asked.some(({ member }) => member.required);
    return [...unread, ...aside, ...(isAwaited ? silentNotices(asked) : []), ...left(answers)];
  }
  const compared = comparedNotice(asked, verdicts);
  const found = foundNotice(asked, verdicts);
  return [
    ...(compared === undefined ? [] : [compared]),
    // Before single voices, because it may be the reason for them.
    ...unread,
    ...aside,
    ...(compared === undefined ? oneVoiceNotices(asked, verdicts) : []),
    ...(found === undefined ? [] : [found]),
    // If nobody spoke, that is reported already.
    ...(compared === undefined || asked.some(spoke) ? silentNotices(asked) : []),
    ...left(answers),
  ];
}

/** `: a, b answered with "score" and no "recommendation"`: helps to say what counts. */
function answeredInstead(silent: readonly AskedMember[]): string {
  const alike = Map.groupBy(silent, ({ instead }) => instead);
  alike.delete(undefined);
  if (alike.size === 0) return "";
  const each = ([instead, those]: readonly [string | undefined, readonly AskedMember[]]): string =>
    `${fewOf(those, MAX_NAMES, ({ member }) => nameIn(member.name))} ${instead}`;
  return `: ${fewOf([...alike], MAX_SUBJECTS, each)}`;
}

function unreadNotices({ member: { name }, unread, unrated }: AskedMember): readonly Notice[] {
  const agents = [name];
  return [
    ...(unread.length === 0
      ? []
      : [
          notice("answer-unread", {
            what: `The answer of ${nameIn(name)} has ${unread.join(" and ")}, so that is not compared`,
            agents,
          }),
        ]),
    ...(unrated === undefined
      ? []
      : [notice("severity-unread", { what: `${nameIn(name)} reports ${unrated}`, agents })]),
  ];
}

/** Positions that were set aside: a required agent should be heard. */
function asideNotices(
  asked: readonly AskedMember[],
  { team }: Pick<TeamAnswers, "team">,
): readonly Notice[] {
  const aside = asked.filter((one) => one.aside.length > 0);
  return byNeed(aside).flatMap(({ those, level }) => {
    const alike = Map.groupBy(those, ({ aside: subjects }) =>
      fewOf(subjects, MAX_SUBJECTS, quoted),
    );
    const what = fewOf([...alike], MAX_SUBJECTS, ([about, some]) => {
      return `what ${fewOf(some, MAX_NAMES, ({ member }) => nameIn(member.name))} said about ${about}`;
    });
    const names = new Set(
      those.flatMap((one) => one.aside.map((subject) => team.compare.get(subject)?.name)),
    );
    const by = names.size === 1 ? [...names][0] : undefined;
    return notice("set-aside", {
      what: `Set aside, as ${by ?? "its comparison"} does not list it: ${what}`,
      agents: those.map(({ member }) => member.name),
      level,
    });
  });
}

/** The required ones, and the others; only non-empty groups. */
function byNeed(
  members: readonly AskedMember[],
): readonly { readonly those: readonly AskedMember[]; readonly level: "warn" | "info" }[] {
  if (members.length === 0) return [];
  const parts = [
    { those: members.filter(({ member }) => member.required), level: "warn" },
    { those: members.filter(({ member }) => !member.required), level: "info" },
  ] as const;
  return parts.filter(({ those }) => those.length > 0);
}

/** A panel was enough; lists the members that it left out. */
function left({ team, plan, results }: TeamAnswers): readonly Notice[] {
  const out = plan.planned.filter((index) => isLeftOut(results[index]));
  if (out.length === 0) return [];
  const agents = out.map((index) => team.members[index]?.name ?? "");
  const count = plan.planned.length - out.length;
  return [
    notice("panel-enough", {
      what: `The panel was enough with ${count} of ${plan.planned.length}, and did not ask ${fewOf(agents, MAX_NAMES, nameIn)}`,
      agents,
    }),
  ];
}

/** Two or more answered, and nothing was compared. */
function comparedNotice(
  asked: readonly AskedMember[],
  verdicts: readonly Verdict[],
): Notice | undefined {
  if (verdicts.some((verdict) => !isOneVoice(verdict))) return undefined;
  const answers = asked.filter(answered);
  const speaking = answers.filter(spoke);
  const reviewers = answers.filter(({ said }) => said?.findings !== undefined);
  // A single voice is reported by itself.
  if (answers.length < 2 || reviewers.length > 1 || speaking.length === 1) return undefined;
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

/** Only one agent spoke about a subject: one notice per such agent, with all of its subjects. */
function oneVoiceNotices(
  asked: readonly AskedMember[],
  verdicts: readonly Verdict[],
): readonly Notice[] {
  const single = verdicts.filter(isOneVoice);
  if (single.length === 0) return [];
  const alone = Map.groupBy(single, ({ positions }) => positions[0]?.heldBy[0]?.agent ?? "");
  return asked.flatMap((one) => {
    const { name } = one.member;
    const about = alone.get(name);
    // An agent that claims nothing on purpose is not one that could have spoken.
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

/** Reviewers looked, and there is nothing else to show for it. */
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

/** Agents that answered and said nothing; a required agent must speak. */
function silentNotices(asked: readonly AskedMember[]): readonly Notice[] {
  const silent = asked.filter(
    (one) =>
      answered(one) &&
      !spoke(one) &&
      one.unread.length === 0 &&
      one.aside.length === 0 &&
      !one.isNeeded &&
      (one.member.required || !one.claimsByItself),
  );
  return byNeed(silent).flatMap(({ those, level }) => {
    const required = level === "warn" ? ", and an answer of it is required" : "";
    const parts = Map.groupBy(those, ({ isTeam }) => isTeam);
    return [...parts].map(([isTeam, some]) => {
      const who = fewOf(some, MAX_NAMES, ({ member }) => nameIn(member.name));
      const what = isTeam ? "decided nothing" : "said nothing that can be compared";
      return notice(isTeam ? "team-undecided" : "said-nothing", {
        what: `${who} answered and ${what}${required}${answeredInstead(some)}`,
        agents: some.map(({ member }) => member.name),
        level,
      });
    });
  });
}
