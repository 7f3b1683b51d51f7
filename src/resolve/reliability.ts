import { foldedKey } from "../conflict/canonical.ts";
import type { Position } from "../conflict/conflict.ts";
import { oneLine, shown } from "../conflict/plain.ts";
import { fewOf } from "../conflict/subject.ts";
import { QuorateError } from "../errors.ts";
import type { Json } from "../json.ts";
import { checkKeys, checkKind } from "../policy/check-kind.ts";
import { scaleOf, type Ballot, type Scale } from "../reliability/apply.ts";
import { checkReliability } from "../reliability/check-reliability.ts";
import { checkLabels, learn } from "../reliability/learn.ts";
import type { LabelKind, RecordedOutcome, Reliability } from "../reliability/reliability.ts";
import type { Link, LinkContext, Question, Ruling, Trust } from "./link.ts";
import { counted } from "./words.ts";

export interface ReliabilityOptions {
  /** Whether positions mean the same in every subject. Declared, never guessed; `from` says it where it is left out. */
  readonly labels?: LabelKind;
  /** What `learn()` made of earlier claims. Left out: what earlier runs taught, else the claims that are settled together. */
  readonly from?: Reliability;
  /** What `learn()` made of earlier findings, whose positions are `"present"` and `"absent"`. Left out: what earlier runs taught. */
  readonly findings?: Reliability;
  /** What is known to be true of some of the subjects that are settled together. Default: nothing. */
  readonly outcomes?: Iterable<RecordedOutcome>;
  /** The topic of a subject, as it was given to `learn()`. Default: no topics. */
  readonly topicOf?: (subject: string) => string | undefined;
  /** In a supervisor: what verdicts of earlier runs count as outcomes, by who reached them. Default: a person's 1, a judge's 0. */
  readonly trust?: Trust;
  /** The confidence that it takes to decide, 0–1; below it the link passes. Default 0: any lead will do. */
  readonly atLeast?: number;
  /** Of the link. Default: `"reliability"`. */
  readonly name?: string;
}

const OPTIONS: ReadonlySet<string> = new Set<keyof ReliabilityOptions>([
  "labels",
  "from",
  "findings",
  "outcomes",
  "topicOf",
  "trust",
  "atLeast",
  "name",
]);
const DEFAULTS = { atLeast: 0, name: "reliability", trust: { person: 1, judge: 0 } } as const;

// Chances are sums of logarithms: a difference below this is none.
const SLACK = 1e-9;
const MAX_NAMED = 5;
const MAX_NAME_CHARS = 100;

/**
 * Decides for the position that is likeliest, after what is known of those who hold each: learned before (`from`), or from the
 * claims that are settled together and the `outcomes` among them. Findings are decided only by what was learned before.
 * Passes where what was learned is `refused`, where two positions are as likely, and below `atLeast`. Where all agree it
 * gives the confidence, so put it before `unanimous()`.
 *
 * Confidence `dawid-skene` or `one-coin`, as docs/decisions.md has them; `calibrated` where it was fitted to 100 recorded
 * outcomes or more. The winner is a position that somebody holds; its confidence may be below one half.
 */
export function reliability(options: ReliabilityOptions): Link {
  const { labels, from, findings, topicOf, trust, name, atLeast, outcomes } = checkOptions(options);
  const scales = new WeakMap<Reliability, Scale>();
  const learnedOf = new WeakMap<readonly Question[], Reliability>();

  function learnedFor(question: Question, context: LinkContext): Reliability | string {
    if (question.kind === "finding") {
      return (
        findings ??
        context.learned?.findings ??
        "nothing was learned before of who reports what is there"
      );
    }
    const before = from ?? (outcomes.length === 0 ? context.learned?.claims : undefined);
    if (before !== undefined) return before;
    if (labels === undefined) return "nothing was learned before";
    const all = context.all ?? [question];
    let learned = learnedOf.get(all);
    if (learned === undefined) {
      learned = learn(votesOf(all), {
        labels,
        outcomes,
        ...(topicOf !== undefined && { topicOf }),
      });
      learnedOf.set(all, learned);
    }
    return learned;
  }

  function rule(question: Question, context: LinkContext): Ruling {
    const learned = learnedFor(question, context);
    if (typeof learned === "string") return { pass: learned };
    if (learned.refused !== undefined) return { pass: learned.refused };
    let scale = scales.get(learned);
    if (scale === undefined) scales.set(learned, (scale = scaleOf(learned)));
    const topic = topicOf?.(question.subject);
    return decide(question.positions, { learned, scale, topic, atLeast });
  }

  const definition = {
    atLeast,
    ...(labels !== undefined && { labels }),
    ...(from !== undefined && { from }),
    ...(findings !== undefined && { findings }),
    ...(outcomes.length > 0 && { outcomes }),
  } as unknown as Json;
  return Object.freeze({
    name,
    definition,
    settle: rule,
    agreed: rule,
    ...((from === undefined || findings === undefined) && {
      learns: Object.freeze({ labels, topicOf, trust }),
    }),
  });
}

interface Means {
  readonly learned: Reliability;
  readonly scale: Scale;
  readonly topic: string | undefined;
  readonly atLeast: number;
}

interface Standing {
  readonly position: Position;
  readonly place: number;
  readonly chance: number;
}

function decide(positions: readonly Position[], means: Means): Ruling {
  const { learned, scale, topic, atLeast } = means;
  const ballot = ballotOf(positions, topic);
  const [first, second] = ranked(positions, scale.chances(ballot));
  if (first === undefined) return { pass: "nobody holds a position" };
  const chance = scale.confidence(first.chance);
  const lead = `${shown(first.position.value)} is right with ${figure(chance)}`;
  if (second !== undefined && first.chance - second.chance <= SLACK) {
    return { pass: `${lead}, and ${shown(second.position.value)} is as likely`, status: "tied" };
  }
  if (chance < atLeast) return { pass: `${lead}, less than the ${atLeast} asked for` };
  const runnerUp =
    second === undefined ? "" : `, ${shown(second.position.value)} with ${figure(second.chance)}`;
  const source =
    learned.outcomes > 0 ? `${counted(learned.outcomes, "outcome")}` : "votes alone, so unchecked";
  return {
    winner: first.position.value,
    confidence: chance,
    confidenceFrom: learned.estimator,
    calibrated: learned.calibration !== undefined,
    reasoning: [
      `${lead}${runnerUp}, by ${learned.estimator} from ${source}.`,
      weightsOf(positions, first, means),
      ...(second === undefined ? [] : [whatElse(ballot, first, second, means)]),
    ].join(" "),
  };
}

function ballotOf(positions: readonly Position[], topic: string | undefined): Ballot {
  const held = positions.map(({ value, heldBy }) => ({
    key: foldedKey(value),
    by: heldBy.map(({ agent }) => agent),
  }));
  return { held, topic };
}

function ranked(positions: readonly Position[], chances: readonly number[]): readonly Standing[] {
  return positions
    .map((position, place) => ({ position, place, chance: chances[place] ?? 0 }))
    .filter(({ position }) => position.heldBy.length > 0)
    .sort((a, b) => b.chance - a.chance || a.place - b.place);
}

/** `Weights: security 2.1, style 0.4 for "hold"; performance 1.2 for "ship".` The heaviest of each. */
function weightsOf(
  positions: readonly Position[],
  first: Standing,
  { scale, topic }: Means,
): string {
  const others = positions.filter((position) => position !== first.position);
  const parts = [first.position, ...others.slice(0, MAX_NAMED - 1)].map(
    ({ value, heldBy }) =>
      `${fewOf(heaviest(heldBy, scale, topic), MAX_NAMED, inWords)} for ${shown(value)}`,
  );
  const rest = others.length - (MAX_NAMED - 1);
  return `Weights: ${parts.join("; ")}${rest > 0 ? `; and ${counted(rest, "other position")}` : ""}.`;
}

interface Weighed {
  readonly agent: string;
  readonly weight: number;
}

function heaviest(
  heldBy: Position["heldBy"],
  scale: Scale,
  topic: string | undefined,
): readonly Weighed[] {
  return heldBy
    .map(({ agent }) => ({ agent, weight: scale.weight(agent, topic) }))
    .sort((a, b) => b.weight - a.weight);
}

function inWords({ agent, weight }: Weighed): string {
  return `${oneLine(agent, MAX_NAME_CHARS)} ${figure(weight)}`;
}

/** Whose word alone would have turned it, had they said what the runner-up says; the heaviest are tried. */
function whatElse(
  ballot: Ballot,
  first: Standing,
  second: Standing,
  { scale, topic }: Means,
): string {
  const tried = heaviest(first.position.heldBy, scale, topic).slice(0, MAX_NAMED);
  const said = shown(second.position.value);
  for (const { agent } of tried) {
    const held = ballot.held.map(({ key, by }, place) => {
      if (place === first.place) return { key, by: by.filter((name) => name !== agent) };
      return place === second.place ? { key, by: [...by, agent] } : { key, by };
    });
    const chances = scale.chances({ held, topic });
    const turned = chances[second.place] ?? 0;
    if (turned <= (chances[first.place] ?? 0) + SLACK) continue;
    return `Had ${oneLine(agent, MAX_NAME_CHARS)} said ${said}, ${said} would lead with ${figure(turned)}.`;
  }
  const who =
    tried.length < first.position.heldBy.length ? `Of the ${MAX_NAMED} heaviest none` : "No one";
  return `${who} alone would have turned it to ${said}.`;
}

function* votesOf(
  all: readonly Question[],
): Generator<{ readonly agent: string; readonly subject: string; readonly position: Json }> {
  for (const { subject, kind, positions } of all) {
    if (kind !== "claim") continue;
    for (const { value, heldBy } of positions) {
      for (const { agent } of heldBy) yield { agent, subject, position: value };
    }
  }
}

interface CheckedOptions extends Omit<ReliabilityOptions, "outcomes" | "trust"> {
  readonly trust: Required<Trust>;
  readonly outcomes: readonly RecordedOutcome[];
  readonly atLeast: number;
  readonly name: string;
}

function checkOptions(options: ReliabilityOptions): CheckedOptions {
  checkKind(options, "reliability: options", "object", 'use { labels: "fixed" } or { from }');
  checkKeys(options, OPTIONS, "reliability");
  const { labels, from, findings, outcomes = [], topicOf } = options;
  const { atLeast = DEFAULTS.atLeast, name = DEFAULTS.name } = options;
  checkKind(name, "reliability: name", "string", 'use a text, for instance "reliability"');
  checkKind(topicOf, "reliability: topicOf", "function", "use (subject) => topic");
  if (!(typeof atLeast === "number" && atLeast >= 0 && atLeast <= 1)) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `reliability: atLeast is ${String(atLeast)}; use a confidence from 0 to 1`,
    );
  }
  if (from !== undefined) checkReliability(from, "reliability: from");
  if (findings !== undefined) checkReliability(findings, "reliability: findings");
  if (labels !== undefined || (from === undefined && findings === undefined))
    checkLabels(labels, "reliability");
  if (from !== undefined && labels !== undefined && labels !== from.labels) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `reliability: labels is "${labels}", and from was learned with "${from.labels}"; leave labels out, or learn again`,
    );
  }
  const known = [...outcomes];
  if (from !== undefined && known.length > 0) {
    throw new QuorateError(
      "BAD_OPTIONS",
      "reliability: outcomes and from are both given; hand the outcomes to learn()",
    );
  }
  return { ...options, outcomes: known, trust: checkTrust(options.trust), atLeast, name };
}

function checkTrust(trust: Trust | undefined): Required<Trust> {
  checkKind(trust, "reliability: trust", "object", "use { person: 1, judge: 0.5 }");
  if (trust !== undefined) checkKeys(trust, TRUST_KEYS, "reliability: trust");
  const { person, judge } = { ...DEFAULTS.trust, ...trust };
  for (const [who, weight] of Object.entries({ person, judge })) {
    if (typeof weight === "number" && weight >= 0 && weight <= 1) continue;
    throw new QuorateError(
      "BAD_OPTIONS",
      `reliability: trust.${who} is ${String(weight)}; use a weight from 0 to 1`,
    );
  }
  return { person, judge };
}

const TRUST_KEYS: ReadonlySet<string> = new Set<keyof Trust>(["person", "judge"]);

/** At most three significant digits. */
function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}
