import { laplace } from "./confidence.ts";
import type { Question, Ruling } from "./resolver.ts";
import { voicesOf } from "./voices.ts";

/** What was said about one claim so far. */
export interface SaidSoFar {
  /** Positions that agents hold, by the text that equal ones share, and their holders; no agent holds two. */
  readonly held: readonly { readonly key: string; readonly by: readonly string[] }[];
  readonly topic?: string | undefined;
  /** How many were asked so far, including those that failed or said nothing. Default: as many as hold something. */
  readonly asked?: number | undefined;
  /** The keys of all possible positions, if they are listed. */
  readonly listed?: readonly string[] | undefined;
}

/** A resolver's ruling: the winner's index in `held` and its confidence; `null`: nobody wins. `undefined`: it defers. */
export interface ResolverMade {
  readonly place: number | null;
  readonly confidence: number;
}

/**
 * A resolver's certain ruling, whatever those to come say: the index of the winner, `null` if nobody wins,
 * `"defers"`; `undefined` if it is open.
 */
export type SureWinner = number | null | "defers" | undefined;

/** How a resolver judges a claim while some agents have not spoken. Pure. */
export interface ResolverView {
  /** Its ruling if nobody said anything more. */
  readonly now: (said: SaidSoFar) => ResolverMade | undefined;
  /** A proven ruling, whatever comes. */
  readonly sure: (said: SaidSoFar, toCome: readonly string[]) => SureWinner;
  /** Whether answers of `next` may make it sure of a winner: `false` only if none can. */
  readonly could: (said: SaidSoFar, next: readonly string[], rest: readonly string[]) => boolean;
  /** An upper bound of the confidence that answers of `next` may give it. */
  readonly most: (said: SaidSoFar, next: readonly string[]) => number;
  /** Whether it may be sure that it defers while some are to come. */
  readonly defers: boolean;
}

/** What a resolver can foresee about one subject. */
export interface Foresight {
  /** With two or more positions: how it settles. */
  readonly contested: ResolverView;
  /** With one position: how it judges that. Absent if it does not. */
  readonly agreed?: ResolverView;
  /** What it knows about the agents. Absent if it treats all alike, or as its options say. */
  readonly record?: AgentsRecord;
}

/** What is known about agents before they answer. */
export interface AgentsRecord {
  /** How many truths it is based on; 0 if it was learned from agreement. */
  readonly truths: number;
  /** How much an answer is worth, and the standard error of that. */
  readonly worth: (agent: string) => { readonly worth: number; readonly error: number };
}

/** A position that nobody holds, for proofs. */
const ANOTHER = "\u0000another";

/** What would have been said if these agents had said that, too. */
export function saidToo(said: SaidSoFar, key: string, by: readonly string[]): SaidSoFar {
  if (by.length === 0) return said;
  const known = said.held.some((one) => one.key === key);
  const held = known
    ? said.held.map((one) => (one.key === key ? { key, by: [...one.by, ...by] } : one))
    : [...said.held, { key, by }];
  const before = said.asked ?? said.held.reduce((sum, one) => sum + one.by.length, 0);
  return { ...said, held, asked: before + by.length };
}

/** The positions that those to come may take: each held one, each listed one, or one that nobody holds. */
export function mayBeSaid({ held, listed }: SaidSoFar): readonly string[] {
  const keys = held.map(({ key }) => key);
  const others = listed === undefined ? [ANOTHER] : listed.filter((key) => !keys.includes(key));
  return [...keys, ...others];
}

/**
 * For a resolver for which a position is closest to winning if all of `next` hold it: it can be sure only if it is sure
 * then.
 */
export function ifAllAgree(sure: ResolverView["sure"]): ResolverView["could"] {
  return (said, next, rest) =>
    mayBeSaid(said).some((key) => {
      const found = sure(saidToo(said, key, next), rest);
      return typeof found === "number" || found === null;
    });
}

/** The same for a resolver whose confidence is highest if all of `next` hold one position. */
export function ifAllAgreed(now: ResolverView["now"]): ResolverView["most"] {
  return (said, next) =>
    mayBeSaid(said).reduce(
      (most, key) => Math.max(most, now(saidToo(said, key, next))?.confidence ?? 0),
      0,
    );
}

/** The ruling of a rule. */
export function byRule(rule: (question: Question) => Ruling): ResolverView["now"] {
  return ({ held }) => {
    const positions = held.map(({ key, by }) => ({
      value: key,
      heldBy: by.map((agent) => ({ agent })),
    }));
    const asked = voicesOf(positions);
    const ruling = rule({ subject: "", kind: "claim", positions, missing: [], asked });
    if (ruling.defer !== undefined) return undefined;
    const place = positions.findIndex(({ value }) => value === ruling.winner);
    return { place, confidence: ruling.confidence };
  };
}

/** For a resolver that never decides a conflict. */
export const NEVER: ResolverView = Object.freeze({
  now: () => undefined,
  sure: () => "defers" as const,
  could: () => false,
  most: () => 0,
  defers: true,
});

/** Agreement of at least so many. */
export function agreement(quorum: number): ResolverView {
  const sure: ResolverView["sure"] = ({ held }, toCome) => {
    const speakers = held[0]?.by.length ?? 0;
    if (speakers >= quorum) return 0;
    return speakers + toCome.length < quorum ? null : undefined;
  };
  const now: ResolverView["now"] = ({ held }) => {
    const speakers = held[0]?.by.length ?? 0;
    return speakers < quorum
      ? { place: null, confidence: 0 }
      : { place: 0, confidence: laplace(speakers, speakers, 1) };
  };
  return { now, sure, could: ifAllAgree(sure), most: ifAllAgreed(now), defers: false };
}
