import { laplace } from "./confidence.ts";
import {
  ifAllAgree,
  ifAllAgreed,
  type ResolverMade,
  type SaidSoFar,
  type ResolverView,
} from "./foresight.ts";
import { areMajority } from "./voices.ts";

// What resolvers make of claims about which all who spoke agree, as far as not everybody has been asked. Whether those who spoke are a majority
// depends on who is still asked, and on who of them fails.

/** How many speak, of how many that were asked, and how many are to come. */
interface Speaking {
  readonly voices: number;
  readonly asked: number;
  readonly toCome: number;
}

function speaking({ held, asked = 0 }: SaidSoFar, toCome: readonly string[] = []): Speaking {
  const voices = held[0]?.by.length ?? 0;
  return { voices, asked: Math.max(asked, voices), toCome: toCome.length };
}

/** Whether they are a majority, whoever is asked still and agrees; `undefined` where that is open. */
function areSurely({ voices, asked, toCome }: Speaking): boolean | undefined {
  if (areMajority(voices, asked + toCome)) return true;
  const mayBe = areMajority(voices + toCome, asked + toCome) || areMajority(voices, asked);
  return mayBe ? undefined : false;
}

/** A resolver that leaves a majority to others. */
interface Counting {
  readonly makes: (said: SaidSoFar) => ResolverMade | undefined;
  /** Those that count, of these. */
  readonly count: (agents: readonly string[]) => number;
  readonly quorum: number;
  /** What it makes of fewer: nobody wins, or it defers. */
  readonly fewer: null | "defers";
  /** Whether it leaves a majority to others also where fewer count. */
  readonly always: boolean;
}

function viewOf(now: ResolverView["now"], sure: ResolverView["sure"]): ResolverView {
  return { now, sure, could: ifAllAgree(sure), most: ifAllAgreed(now), defers: true };
}

const NOBODY: ResolverMade = Object.freeze({ place: null, confidence: 0 });

/** As `unanimous()` judges it: with at least so many voices one alone decides, and a majority does. */
export function unanimity(quorum: number): ResolverView {
  const now: ResolverView["now"] = (said) => {
    const { voices, asked } = speaking(said);
    if (voices < quorum) return NOBODY;
    if (voices > 1 && !areMajority(voices, asked)) return undefined;
    return { place: 0, confidence: laplace(voices, voices, 1) };
  };
  return viewOf(now, (said, toCome) => {
    const these = speaking(said, toCome);
    const { voices, asked } = these;
    if (voices + toCome.length < quorum) return null;
    if (voices < quorum) return undefined;
    // One voice decides as a majority does: what comes to it has to make one.
    const isSure =
      voices === 1
        ? toCome.length === 0 || areMajority(2, asked + toCome.length)
        : areSurely(these);
    return isSure === true ? 0 : isSure === false ? "defers" : undefined;
  });
}

/** As a resolver judges it that counts: it has the word where those who spoke are no majority. */
export function counting({ makes, count, quorum, fewer, always }: Counting): ResolverView {
  const now: ResolverView["now"] = (said) => {
    const { voices, asked } = speaking(said);
    const isShort = count(said.held[0]?.by ?? []) < quorum;
    if (areMajority(voices, asked) && (always || !isShort)) return undefined;
    if (!isShort) return makes(said);
    return fewer === null ? NOBODY : undefined;
  };
  return viewOf(now, (said, toCome) => {
    const there = count(said.held[0]?.by ?? []);
    const isMajority = areSurely(speaking(said, toCome));
    if (always && isMajority === true) return "defers";
    if (there + count(toCome) < quorum) return fewer;
    if (there < quorum || isMajority === undefined) return undefined;
    return isMajority ? "defers" : 0;
  });
}
