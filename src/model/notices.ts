/** `warn`: look at it before you rely on the outcome; the command line exits with 3. `info`: good to know. */
export type NoticeLevel = "info" | "warn";

/**
 * - `nothing-compared`: two or more agents answered, and no two of them spoke about the same subject.
 * - `nothing-found`: no agent that looked for findings has any.
 * - `one-voice`: only one agent spoke about a subject, though others were asked.
 * - `said-nothing`: an agent answered, and nothing in its answer can be compared.
 * - `answer-unread`: an answer has a recommendation or findings in a form that cannot be compared.
 * - `severity-unread`: findings have an unknown severity.
 * - `set-aside`: the comparison does not list what an agent claimed.
 * - `team-undecided`: a nested team answered, and decided nothing.
 * - `report-unread`: an agent reported its usage in a form that cannot be read.
 * - `not-free`: an agent that is declared free reported money.
 * - `cost-unknown`: calls did not report what they used, or it has no price, although the cost matters.
 * - `not-cached`: answers were not cached, because they contain secrets and there is no secret to hash them with.
 * - `redact-unmatched`: a path of `redact` matched nothing.
 * - `panel-enough`: the answers of a panel were enough, and some agents were not asked.
 * - `short-of-truths`: a panel with `"lead"` knows too few truths about its agents.
 * - `redacted-decided`: the log does not have all of a position that won.
 */
export type NoticeCode =
  | "nothing-compared"
  | "nothing-found"
  | "one-voice"
  | "said-nothing"
  | "answer-unread"
  | "severity-unread"
  | "set-aside"
  | "team-undecided"
  | "report-unread"
  | "not-free"
  | "cost-unknown"
  | "not-cached"
  | "redact-unmatched"
  | "panel-enough"
  | "short-of-truths"
  | "redacted-decided";

/** What an outcome does not say by itself: something was not compared, not known, or not kept. Plain JSON. */
export interface Notice {
  readonly code: NoticeCode;
  readonly level: NoticeLevel;
  /** What happened, and what to do: sentences for a person. */
  readonly message: string;
  /** The agents that it is about, in the order of their team. */
  readonly agents?: readonly string[];
  /** The call of the nested team that it is about; absent for the run's own team. */
  readonly team?: string;
}

interface NoticeKind {
  /** The usual level. */
  readonly level: NoticeLevel;
  /** What to do. */
  readonly advice: string;
}

/** Each code with its level and what to do. */
export const NOTICES: Readonly<Record<NoticeCode, NoticeKind>> = {
  "nothing-compared": {
    level: "warn",
    advice:
      "Have agents answer with a text, a number, true or false, or return a recommendation or findings; or say by claims what counts, " +
      'as in claims: "verdict"; claims: () => [] says that an agent is meant to claim nothing.',
  },
  "nothing-found": { level: "info", advice: "Nothing has to be done." },
  "one-voice": {
    level: "warn",
    advice: "Take it as one opinion, and see why the others did not speak.",
  },
  "said-nothing": {
    level: "info",
    advice:
      'Have it return a recommendation or findings, or say by claims what counts, as in claims: "verdict"; claims: () => [] says that it is meant to claim nothing.',
  },
  "answer-unread": {
    level: "warn",
    advice:
      "Recommend with a text, a number, true or false; report findings as a list of texts or of { text, file, line }; or give the agent claims.",
  },
  "severity-unread": {
    level: "info",
    advice: "Use one of these severities; a gate by severity cannot judge any other word.",
  },
  "set-aside": {
    level: "info",
    advice:
      "It has no vote; have the agent answer with one of the listed positions, or add this one to the list.",
  },
  "team-undecided": {
    level: "info",
    advice:
      "See what that team left open: only what a nested team has decided counts as its claim.",
  },
  "report-unread": {
    level: "warn",
    advice:
      "Report { usdMicros }, a million for each dollar, or { inputTokens, outputTokens, model }, each a number of 0 or more.",
  },
  "not-free": {
    level: "warn",
    advice:
      'Give each a maxCost in place of cost: "free", so that a budget reserves money for it, or have it report tokens alone.',
  },
  "cost-unknown": {
    level: "info",
    advice:
      'Have each agent report what it used, of models that have a price, or say that it is free with cost: "free"; the bill is at least what is known.',
  },
  "not-cached": {
    level: "info",
    advice: "Give the team a hashSecret, or its store a codec.",
  },
  "redact-unmatched": {
    level: "info",
    advice: "Check the path: what it was to take out may stand in the log under another name.",
  },
  "panel-enough": {
    level: "info",
    advice: "Nothing has to be done; panel: false asks everybody once.",
  },
  "short-of-truths": {
    level: "info",
    advice: "Record what turned out to be true; until then more agents are asked than necessary.",
  },
  "redacted-decided": {
    level: "info",
    advice:
      "Take the winner from the outcome: the log does not have it, and no truth can be recorded about it.",
  },
};

/** What a notice says besides its code. */
interface NoticeDetails {
  /** One sentence, without its full stop. */
  readonly what: string;
  readonly agents?: readonly string[];
  readonly level?: NoticeLevel;
}

/** A notice of that code: what happened, and what to do. */
export function notice(
  code: NoticeCode,
  { what, agents, level = NOTICES[code].level }: NoticeDetails,
): Notice {
  const message = `${what}. ${NOTICES[code].advice}`;
  return { code, level, message, ...(agents !== undefined && { agents }) };
}
