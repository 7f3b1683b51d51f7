import { laplace } from "./confidence.ts";
import type { Question, Ruling } from "./resolver.ts";
import { voicesOf } from "./voices.ts";

/** What was said about one claim so far. */
export interface SaidSoFar {
  /** Positions that somebody holds, by the text that equal ones share, and who holds each; nobody holds two. */
  readonly held: readonly { readonly key: string; readonly by: readonly string[] }[];
  readonly topic?: string | undefined;
  /** How many were asked so far, those who failed or said nothing included. As many as hold something where left out. */
  readonly asked?: number | undefined;
  /** The keys of all positions that can be, where they are listed. */
  readonly listed?: readonly string[] | undefined;
}

/** What a resolver makes of it: the winner's place in `held` and how sure that is; `null`: that nobody wins. `undefined`: it defers. */
export interface ResolverMade {
  readonly place: number | null;
  readonly confidence: number;
}

/**
 * What a resolver makes of it for sure, whoever of those to come says what, or nothing: the place of the winner, `null` that nobody wins,
 * `"defers"`; `undefined` where it is open.
 */
export type SureWinner = number | null | "defers" | undefined;

/** How a resolver looks at a claim that not everybody has spoken about. Pure. */
export interface ResolverView {
  /** Should nobody say anything more. */
  readonly now: (said: SaidSoFar) => ResolverMade | undefined;
  /** A proof: whatever comes, it is so. */
  readonly sure: (said: SaidSoFar, toCome: readonly string[]) => SureWinner;
  /** Whether answers of `next` may make it sure of a winner: `false` only where none do. */
  readonly could: (said: SaidSoFar, next: readonly string[], rest: readonly string[]) => boolean;
  /** The highest confidence that answers of `next` may give it, or more. */
  readonly most: (said: SaidSoFar, next: readonly string[]) => number;
  /** Whether it may be sure that it defers while some are to come. */
  readonly defers: boolean;
}

/** What a resolver can foresee of one subject. */
export interface Foresight {
  /** Where there are two positions or more: as it settles. */
  readonly contested: ResolverView;
  /** Where there is one: as it judges that. Absent where it does not. */
  readonly agreed?: ResolverView;
  /** What it knows of the agents. Absent where it treats all alike, or as its options say. */
  readonly record?: AgentsRecord;
}

/** What is known of agents before they answer. */
export interface AgentsRecord {
  /** Truths that it rests on; 0 where it is learned from agreement. */
  readonly truths: number;
  /** What an answer is worth, and the standard error of that. */
  readonly worth: (agent: string) => { readonly worth: number; readonly error: number };
}

/** A position that nobody holds, in proofs. */
const ANOTHER = "\u0000another";

/** What was said, had these said that as well. */
export function saidToo(said: SaidSoFar, key: string, by: readonly string[]): SaidSoFar {
  if (by.length === 0) return said;
  const known = said.held.some((one) => one.key === key);
  const held = known
    ? said.held.map((one) => (one.key === key ? { key, by: [...one.by, ...by] } : one))
    : [...said.held, { key, by }];
  const before = said.asked ?? said.held.reduce((sum, one) => sum + one.by.length, 0);
  return { ...said, held, asked: before + by.length };
}

/** The positions that those to come may take: each that is held, those that are listed, or one that nobody holds. */
export function mayBeSaid({ held, listed }: SaidSoFar): readonly string[] {
  const keys = held.map(({ key }) => key);
  const others = listed === undefined ? [ANOTHER] : listed.filter((key) => !keys.includes(key));
  return [...keys, ...others];
}

/**
 * Of a resolver in whose eyes a position is never nearer to winning than when all of `next` hold it: it could be sure only where it would
 * be then.
 */
export function ifAllAgree(sure: ResolverView["sure"]): ResolverView["could"] {
  return (said, next, rest) =>
    mayBeSaid(said).some((key) => {
      const found = sure(saidToo(said, key, next), rest);
      return typeof found === "number" || found === null;
    });
}

/** The same of a resolver that is never surer than when all of `next` hold one position. */
export function ifAllAgreed(now: ResolverView["now"]): ResolverView["most"] {
  return (said, next) =>
    mayBeSaid(said).reduce(
      (most, key) => Math.max(most, now(saidToo(said, key, next))?.confidence ?? 0),
      0,
    );
}

/** What a rule makes of it. */
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

/** Where there is a conflict a resolver never decides. */
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
