import { laplace } from "./confidence.ts";
import {
  ifAllAgree,
  ifAllAgreed,
  type ResolverMade,
  type SaidSoFar,
  type ResolverView,
} from "./foresight.ts";
import { areMajority } from "./voices.ts";

// How resolvers judge claims on which all who spoke agree, while some agents have not been asked. Whether those who spoke are a majority
// depends on who is still asked, and on which of them fail.

/** How many speak, how many were asked, and how many are to come. */
interface Speaking {
  readonly voices: number;
  readonly asked: number;
  readonly toCome: number;
}

function speaking({ held, asked = 0 }: SaidSoFar, toCome: readonly string[] = []): Speaking {
  const voices = held[0]?.by.length ?? 0;
  return { voices, asked: Math.max(asked, voices), toCome: toCome.length };
}

/** Whether they are a majority, whoever else is asked and agrees; `undefined` if that is open. */
function areSurely({ voices, asked, toCome }: Speaking): boolean | undefined {
  if (areMajority(voices, asked + toCome)) return true;
  const mayBe = areMajority(voices + toCome, asked + toCome) || areMajority(voices, asked);
  return mayBe ? undefined : false;
}

/** A resolver that leaves a majority to others. */
interface Counting {
  readonly makes: (said: SaidSoFar) => ResolverMade | undefined;
  /** How many of these agents count. */
  readonly count: (agents: readonly string[]) => number;
  readonly quorum: number;
  /** Its ruling if fewer count: nobody wins, or it defers. */
  readonly fewer: null | "defers";
  /** Whether it leaves a majority to others even if fewer count. */
  readonly always: boolean;
}

function viewOf(now: ResolverView["now"], sure: ResolverView["sure"]): ResolverView {
  return { now, sure, could: ifAllAgree(sure), most: ifAllAgreed(now), defers: true };
}

const NOBODY: ResolverMade = Object.freeze({ place: null, confidence: 0 });

/** The view of `unanimous()`: with at least `quorum` voices a single voice decides, and so does a majority. */
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
    // A single voice decides like a majority: further voices must make one.
    const isSure =
      voices === 1
        ? toCome.length === 0 || areMajority(2, asked + toCome.length)
        : areSurely(these);
    return isSure === true ? 0 : isSure === false ? "defers" : undefined;
  });
}

/** The view of a resolver that counts: it decides if those who spoke are no majority. */
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
