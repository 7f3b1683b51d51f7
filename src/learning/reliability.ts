import { foldedKey } from "../conflict/canonical.ts";
import type { Position } from "../model/conflict.ts";
import { shown } from "../conflict/plain.ts";
import type { Json } from "../model/json.ts";
import { requireSync } from "../check/require-sync.ts";
import { scaleOf, type HeldPositions, type Scale } from "./statistics/apply.ts";
import { learn } from "./statistics/learn.ts";
import type { LearnedBefore, RecordedVote, Reliability } from "../model/reliability.ts";
import { SLACK, type Standing } from "./statistics/standing.ts";
import { leaderOf } from "./statistics/sure.ts";
import {
  ifAllAgree,
  ifAllAgreed,
  NEVER,
  type Foresight,
  type ResolverView,
} from "../resolve/foresight.ts";
import type { Resolver, ResolverContext, Question, Ruling } from "../resolve/resolver.ts";
import { learning } from "./learning.ts";
import { checkReliabilityOptions, type ReliabilityOptions } from "./reliability-options.ts";
import {
  figure,
  weightsOf,
  whatElse,
  type LearnedMeans,
  type PositionStanding,
} from "./reliability-reasons.ts";
import { counted } from "../resolve/words.ts";

/**
 * Decides for the position that is most likely right, given what is known about the agents that hold each position: learned before (`from`), or from the
 * claims that are settled together and the `truths` among them. Findings are decided only by what was learned before.
 * Defers if what was learned is `refused`, if two positions are equally likely, and below `atLeast`. If all agree, it
 * gives the confidence, so put it before `unanimous()`.
 *
 * Confidence `dawid-skene` or `one-coin`, as in docs/decisions.md; `calibrated` if it was fitted to enough recorded
 * truths. The winner is a held position; its confidence may be below one half.
 */
export function reliability(options: ReliabilityOptions): Resolver {
  const { labels, from, findings, topicOf, trust, name, atLeast, truths } =
    checkReliabilityOptions(options);
  const scales = new WeakMap<Reliability, Scale>();
  const learnedOf = new WeakMap<readonly Question[], Reliability>();

  function learnedFor(question: Question, context: ResolverContext): Reliability | string {
    if (question.kind === "finding") {
      return (
        findings ??
        context.learned?.findings ??
        "nothing was learned before of who reports what is there"
      );
    }
    const before = from ?? (truths.length === 0 ? context.learned?.claims : undefined);
    if (before !== undefined) return before;
    if (labels === undefined) return "nothing was learned before";
    const all = context.all ?? [question];
    let learned = learnedOf.get(all);
    if (learned === undefined) {
      learned = learn(votesOf(all), {
        labels,
        truths,
        ...(topicOf !== undefined && { topicOf }),
      });
      learnedOf.set(all, learned);
    }
    return learned;
  }

  function scaleFor(learned: Reliability): Scale {
    let scale = scales.get(learned);
    if (scale === undefined) scales.set(learned, (scale = scaleOf(learned)));
    return scale;
  }

  function rule(question: Question, context: ResolverContext): Ruling {
    const learned = learnedFor(question, context);
    if (typeof learned === "string") return { defer: learned };
    if (learned.refused !== undefined) return { defer: learned.refused };
    const scale = scaleFor(learned);
    const topic = requireSync(() => topicOf?.(question.subject), `${name}: topicOf`);
    return decide(question.positions, { learned, scale, topic, atLeast });
  }

  function foresee(subject: string, before: LearnedBefore | undefined): Foresight | string {
    const learned = from ?? (truths.length === 0 ? before?.claims : undefined);
    if (learned === undefined) return `${name} learns from the answers that it is to decide about`;
    if (learned.refused !== undefined) return { contested: NEVER, agreed: NEVER };
    const topic = requireSync(() => topicOf?.(subject), `${name}: topicOf`);
    const view = viewOf(scaleFor(learned), topic, atLeast);
    const record = {
      truths: learned.truths,
      worth: (agent: string) => scaleFor(learned).worth(agent, topic),
    };
    return { contested: view, agreed: view, record };
  }

  const definition = {
    atLeast,
    ...(labels !== undefined && { labels }),
    ...(from !== undefined && { from }),
    ...(findings !== undefined && { findings }),
    ...(truths.length > 0 && { truths }),
  } as unknown as Json;
  return Object.freeze({
    name,
    definition,
    settle: rule,
    agreed: rule,
    foresee,
    ...((from === undefined || findings === undefined) && {
      learns: learning({ labels, topicOf, trust }),
    }),
  });
}

/** Its view of a claim on which not all have spoken. With `atLeast` it is sure of nothing before the end. */
function viewOf(scale: Scale, topic: string | undefined, atLeast: number): ResolverView {
  const now: ResolverView["now"] = (said) => {
    const ballot = { ...said, topic };
    const standings = scale.standings(ballot);
    const place = leaderOf(standings);
    if (place === undefined) return undefined;
    const { confidence } = scale.confidence(standings[place]?.chance ?? 0, ballot);
    return confidence < atLeast ? undefined : { place, confidence };
  };
  const sure: ResolverView["sure"] = (said, toCome) => {
    if (toCome.length === 0) return now(said)?.place ?? "defers";
    return atLeast > 0 ? undefined : scale.sure({ ...said, topic }, toCome);
  };
  if (scale.agreementLeads)
    return { now, sure, could: ifAllAgree(sure), most: ifAllAgreed(now), defers: false };
  // What an agent says for another truth may tell more than what it says for this one.
  return { now, sure, could: () => true, most: () => 1, defers: false };
}

function decide(positions: readonly Position[], means: LearnedMeans): Ruling {
  const { learned, scale, topic, atLeast } = means;
  const ballot = ballotOf(positions, topic);
  const [first, second] = ranked(positions, scale.standings(ballot));
  if (first === undefined) return { defer: "no agent holds a position" };
  const { confidence, calibrated } = scale.confidence(first.chance, ballot);
  const leads = `${shown(first.position.value)} is right with ${figure(confidence)}`;
  if (second !== undefined && first.lead - second.lead <= SLACK) {
    return { defer: `${leads}, and ${shown(second.position.value)} is as likely`, status: "tied" };
  }
  if (confidence < atLeast) return { defer: `${leads}, less than the ${atLeast} asked for` };
  const runnerUp =
    second === undefined ? "" : `, ${shown(second.position.value)} with ${figure(second.chance)}`;
  const source =
    learned.truths > 0 ? `${counted(learned.truths, "truth")}` : "votes alone, so unchecked";
  return {
    winner: first.position.value,
    confidence,
    confidenceFrom: learned.estimator,
    calibrated,
    reasoning: [
      `${leads}${runnerUp}, by ${learned.estimator} from ${source}.`,
      weightsOf(positions, first, means),
      ...(second === undefined ? [] : [whatElse(ballot, first, second, means)]),
    ].join(" "),
  };
}

function ballotOf(positions: readonly Position[], topic: string | undefined): HeldPositions {
  const held = positions.map(({ value, heldBy }) => ({
    key: foldedKey(value),
    by: heldBy.map(({ agent }) => agent),
  }));
  return { held, topic };
}

function ranked(
  positions: readonly Position[],
  standings: readonly Standing[],
): readonly PositionStanding[] {
  return positions
    .map((position, place) => ({ position, place, ...(standings[place] ?? NO_STANDING) }))
    .filter(({ position }) => position.heldBy.length > 0)
    .sort((a, b) => b.lead - a.lead || a.place - b.place);
}

const NO_STANDING: Standing = Object.freeze({ lead: 0, chance: 0 });

function* votesOf(all: readonly Question[]): Generator<RecordedVote> {
  for (const { subject, kind, positions } of all) {
    if (kind !== "claim") continue;
    for (const { value, heldBy } of positions) {
      for (const { agent } of heldBy) yield { agent, subject, position: value };
    }
  }
}
