import { oneLine } from "../conflict/plain.ts";
import type { Subject } from "../conflict/subject.ts";
import type { Resolver, ResolverContext, DeferralStatus, Question } from "./resolver.ts";
import { consult, consultAtOnce, type CheckedDecision, type CheckedRuling } from "./ruling.ts";
import { DEFAULT_CHAIN } from "./chain.ts";
import { agreementOf } from "./voices.ts";
import type { Dissent, Verdict, VerdictStatus } from "../model/verdict.ts";
import { whoHoldsWhat, whoIsMissing } from "./words.ts";

const MAX_SAID_CHARS = 1_000;
const MAX_NAME_CHARS = 100;

/** A question on its way through the chain. */
export interface Way {
  readonly question: Question;
  /** What was said about it so far. */
  readonly said: readonly string[];
  /** What the resolvers so far make of a question that stays open. */
  readonly status: DeferralStatus;
  /** Where it has come to its end. */
  readonly verdict?: Verdict;
}

/** What has come of it: where the resolvers left it open, nothing is decided. */
export function verdictOf({ question, said, status, verdict }: Way): Verdict {
  return verdict ?? open(question, said, status);
}

/** A question before the chain: where nothing is contested, or nothing can be compared, it needs none. */
export function begun(
  question: Question,
  { note, refused }: Subject,
  context: ResolverContext,
  resolve: readonly Resolver[],
): Way {
  const { positions } = question;
  const said: string[] = [];
  if (positions.length > 1) said.push(whoHoldsWhat(positions));
  if (note !== undefined) said.push(note);
  const way = { question, said, status: "undecided" } as const;
  if (refused !== undefined) {
    said.push(`Nothing can be decided: ${oneLine(refused, MAX_SAID_CHARS)}.`);
    return { ...way, verdict: open(question, said, "undecided") };
  }
  if (positions.length === 0) return { ...way, verdict: open(question, said, "undecided") };
  return positions.length > 1 ? way : { ...way, verdict: agree(question, said, resolve, context) };
}

/** Where all who spoke agree nobody is asked, so that there is nothing to wait for. Resolvers that the chain does not have come last. */
function agree(
  question: Question,
  said: string[],
  resolve: readonly Resolver[],
  context: ResolverContext,
): Verdict {
  const others =
    resolve === DEFAULT_CHAIN
      ? []
      : DEFAULT_CHAIN.filter(({ name }) => resolve.every((resolver) => resolver.name !== name));
  for (const resolver of [...resolve, ...others]) {
    const { agreed } = resolver;
    if (agreed === undefined) continue;
    const ruling = consultAtOnce(question, () => agreed(question, context));
    if (ruling === undefined) continue;
    said.push(inWords(resolver, ruling));
    if (ruling.defer === undefined) {
      return closed(question, said, agreementOf(question), resolver, ruling);
    }
    if (ruling.status !== undefined) return open(question, said, ruling.status);
  }
  return open(question, said, "undecided");
}

/** Takes a question through resolvers, until one decides or waits. */
export async function follow(
  way: Way,
  resolvers: readonly Resolver[],
  context: ResolverContext,
): Promise<Way> {
  if (way.verdict !== undefined) return way;
  const { question } = way;
  const said = [...way.said];
  let { status } = way;
  for (const resolver of resolvers) {
    const ruling = await consult(question, () => resolver.settle(question, context));
    context.signal?.throwIfAborted();
    said.push(inWords(resolver, ruling));
    if (ruling.defer === undefined) {
      return {
        question,
        said,
        status,
        verdict: closed(question, said, "decided", resolver, ruling),
      };
    }
    status = ruling.status ?? status;
    if (status === "waiting")
      return { question, said, status, verdict: open(question, said, status) };
  }
  return { question, said, status };
}

function inWords({ name }: Resolver, ruling: CheckedRuling): string {
  const words = oneLine(ruling.defer ?? ruling.reasoning, MAX_SAID_CHARS);
  const stop = /[.!?…]$/.test(words) ? "" : ".";
  return `${oneLine(name, MAX_NAME_CHARS)}${ruling.defer === undefined ? "" : " deferred"}: ${words}${stop}`;
}

function open(
  { subject, kind, finding, positions, missing, asked }: Question,
  said: readonly string[],
  status: DeferralStatus,
): Verdict {
  return Object.freeze({
    subject,
    kind,
    ...(finding !== undefined && { finding }),
    status,
    winner: null,
    confidence: 0,
    confidenceFrom: "none",
    calibrated: false,
    reasoning: reasoningOf(said, missing),
    by: null,
    positions,
    dissent: NO_DISSENT,
    missing,
    asked,
  });
}

function closed(
  { subject, kind, finding, positions, missing, asked }: Question,
  said: readonly string[],
  status: VerdictStatus,
  resolver: Resolver,
  { winner, confidence, confidenceFrom, calibrated }: CheckedDecision,
): Verdict {
  const others = positions.filter((position) => position !== winner);
  return Object.freeze({
    subject,
    kind,
    ...(finding !== undefined && { finding }),
    status,
    winner: winner.value,
    confidence,
    confidenceFrom,
    calibrated,
    reasoning: reasoningOf(said, missing),
    by: resolver.name,
    positions,
    dissent: others.flatMap(({ value, heldBy }) =>
      heldBy.map((holder): Dissent => ({ ...holder, position: value })),
    ),
    missing,
    asked,
  });
}

const NO_DISSENT: readonly Dissent[] = Object.freeze([]);

function reasoningOf(said: readonly string[], missing: readonly string[]): string {
  return [...said, ...(missing.length > 0 ? [whoIsMissing(missing)] : [])].join(" ");
}
