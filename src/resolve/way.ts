import { oneLine, oneLineOfWords } from "../conflict/plain.ts";
import type { Subject } from "../conflict/subject.ts";
import type { Resolver, ResolverContext, DeferralStatus, Question } from "./resolver.ts";
import { consult, consultAtOnce, type CheckedDecision, type CheckedRuling } from "./ruling.ts";
import { DEFAULT_CHAIN } from "./chain.ts";
import { agreementOf } from "./voices.ts";
import type { Dissent, Verdict, VerdictStatus, VerdictStep } from "../model/verdict.ts";
import { whoHoldsWhat, whoIsMissing } from "./words.ts";

const MAX_SAID_CHARS = 1_000;
const MAX_NAME_CHARS = 100;

/** A question on its way through the chain. */
export interface Way {
  readonly question: Question;
  /** The sentences of its reasoning so far. */
  readonly said: readonly string[];
  /** What resolvers said about a conflict, as data. */
  readonly steps: readonly VerdictStep[];
  /** The status so far, if the question stays open. */
  readonly status: DeferralStatus;
  /** The verdict, once it is decided. */
  readonly verdict?: Verdict;
}

/** The verdict; if the resolvers left the question open, nothing is decided. */
export function verdictOf({ verdict, ...way }: Way): Verdict {
  return verdict ?? open(way);
}

/** A question before the chain: if nothing is contested, or nothing can be compared, it needs no chain. */
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
  const way = { question, said, steps: NO_STEPS, status: "undecided" } as const;
  if (refused !== undefined) {
    said.push(`Nothing can be decided: ${oneLineOfWords(refused, MAX_SAID_CHARS)}.`);
    return { ...way, verdict: open(way) };
  }
  if (positions.length === 0) return { ...way, verdict: open(way) };
  return positions.length > 1 ? way : { ...way, verdict: agree(question, said, resolve, context) };
}

/** If all who spoke agree, nobody is asked, so there is nothing to wait for. Resolvers that the chain does not have come last. */
function agree(
  question: Question,
  said: string[],
  resolve: readonly Resolver[],
  context: ResolverContext,
): Verdict {
  const way = { question, said, steps: NO_STEPS };
  const others =
    resolve === DEFAULT_CHAIN
      ? []
      : DEFAULT_CHAIN.filter(({ name }) => resolve.every((resolver) => resolver.name !== name));
  for (const resolver of [...resolve, ...others]) {
    const { agreed } = resolver;
    if (agreed === undefined) continue;
    const ruling = consultAtOnce(question, () => agreed(question, context));
    if (ruling === undefined) continue;
    said.push(inWords(stepOf(resolver, ruling)));
    if (ruling.defer === undefined) {
      return closed(way, agreementOf(question), resolver, ruling);
    }
    if (ruling.status !== undefined) return open({ ...way, status: ruling.status });
  }
  return open({ ...way, status: "undecided" });
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
  const steps = [...way.steps];
  let { status } = way;
  for (const resolver of resolvers) {
    const ruling = await consult(question, () => resolver.settle(question, context));
    context.signal?.throwIfAborted();
    const step = stepOf(resolver, ruling);
    steps.push(step);
    said.push(inWords(step));
    status = ruling.defer === undefined ? status : (ruling.status ?? status);
    const here = { question, said, steps, status };
    if (ruling.defer === undefined) {
      return { ...here, verdict: closed(here, "decided", resolver, ruling) };
    }
    if (status === "waiting") return { ...here, verdict: open(here) };
  }
  return { question, said, steps, status };
}

function stepOf({ name }: Resolver, ruling: CheckedRuling): VerdictStep {
  const words = oneLineOfWords(ruling.defer ?? ruling.reasoning, MAX_SAID_CHARS);
  const waits = ruling.defer !== undefined && ruling.status === "waiting";
  return Object.freeze({
    resolver: oneLine(name, MAX_NAME_CHARS),
    did: ruling.defer === undefined ? "decided" : waits ? "waits" : "deferred",
    why: /[.!?…]$/.test(words) ? words : `${words}.`,
  });
}

function inWords({ resolver, did, why }: VerdictStep): string {
  return `${resolver}${did === "decided" ? "" : " deferred"}: ${why}`;
}

function open({ question, said, steps, status }: Way): Verdict {
  const { subject, kind, finding, positions, missing, asked } = question;
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
    ...(steps.length > 0 && { steps }),
    by: null,
    positions,
    dissent: NO_DISSENT,
    missing,
    asked,
  });
}

function closed(
  { question, said, steps }: Omit<Way, "status">,
  status: VerdictStatus,
  resolver: Resolver,
  { winner, confidence, confidenceFrom, calibrated }: CheckedDecision,
): Verdict {
  const { subject, kind, finding, positions, missing, asked } = question;
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
    ...(steps.length > 0 && { steps }),
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
const NO_STEPS: readonly VerdictStep[] = Object.freeze([]);

function reasoningOf(said: readonly string[], missing: readonly string[]): string {
  return [...said, ...(missing.length > 0 ? [whoIsMissing(missing)] : [])].join(" ");
}
