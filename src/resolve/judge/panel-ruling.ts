import type { Position } from "../../model/conflict.ts";
import { oneLine, oneLineOfWords, shown } from "../../conflict/plain.ts";
import { fewOf } from "../../conflict/subject.ts";
import type { Ruling } from "../resolver.ts";
import { counted } from "../words.ts";
import { beliefs, type Voice } from "./evidence.ts";
import type { Hearing } from "./hearing.ts";
import type { TrustedJudge } from "./panel-options.ts";

/** A judge that was asked, and what it said. */
export interface Heard {
  readonly member: TrustedJudge;
  readonly hearing: Hearing;
}

/** What a ruling depends on besides what was said. */
export interface Terms {
  readonly atLeast: number;
  readonly dropped: readonly TrustedJudge[];
  readonly recused: readonly TrustedJudge[];
}

// A likelihood this close below a bound has reached it, because it is computed with logarithms.
const SLACK = 1e-9;
const MAX_NAMED = 5;
const MAX_NAME_CHARS = 60;
const MAX_WORDS_CHARS = 160;

/** Whether some position is likely enough, so that no further judge is asked. */
export function isReached(
  positions: readonly Position[],
  heard: readonly Heard[],
  stopAt: number,
): boolean {
  return Math.max(...beliefs(voicesOf(positions, heard), positions.length)) >= stopAt - SLACK;
}

/** A panel's ruling from what it heard: the most likely position, if it is likely enough, and the account of it. */
export function rulingOf(
  positions: readonly Position[],
  heard: readonly Heard[],
  terms: Terms,
): Ruling {
  const account = accountOf(heard, terms);
  const voices = voicesOf(positions, heard);
  if (voices.length === 0) {
    const why =
      heard.length === 0 ? "no judge is left to ask" : "no judge chose the same in all orders";
    return { defer: `${why}. ${account}` };
  }
  const shares = beliefs(voices, positions.length);
  const [first, second] = leaders(shares);
  const winner = positions[first];
  if (winner === undefined || shareOf(shares, first) <= shareOf(shares, second) + SLACK) {
    return { defer: `the judges are even. ${account}` };
  }
  const share = shareOf(shares, first);
  const name = shown(winner.value);
  if (share < terms.atLeast - SLACK) {
    return {
      defer: `${name} is the likeliest at ${figure(share)}, less than the ${figure(terms.atLeast)} asked for. ${account}`,
    };
  }
  return {
    winner: winner.value,
    confidence: share,
    confidenceFrom: "judge-panel",
    reasoning: `${name} is right with ${figure(share)}. ${whatIf(positions, heard, first, terms)} ${account}`,
  };
}

function voicesOf(positions: readonly Position[], heard: readonly Heard[]): readonly Voice[] {
  return heard.flatMap(({ member, hearing }): Voice[] =>
    hearing.said === "choice"
      ? [{ choice: positions.indexOf(hearing.choice.position), accuracy: member.trust.accuracy }]
      : [],
  );
}

/** The indexes of the largest and the second largest share; the earlier one if they are equal. */
function leaders(shares: readonly number[]): readonly [number, number] {
  let first = 0;
  let second = -1;
  for (let i = 1; i < shares.length; i++) {
    if (shareOf(shares, i) > shareOf(shares, first)) {
      second = first;
      first = i;
    } else if (second < 0 || shareOf(shares, i) > shareOf(shares, second)) {
      second = i;
    }
  }
  return [first, second];
}

function shareOf(shares: readonly number[], index: number): number {
  return shares[index] ?? 0;
}

/** The judges that would have changed the winner, or left it open, by choosing its runner-up. */
function whatIf(
  positions: readonly Position[],
  heard: readonly Heard[],
  first: number,
  { atLeast }: Terms,
): string {
  const voices = voicesOf(positions, heard);
  const voters = heard.filter(({ hearing }) => hearing.said === "choice");
  const [runnerUp] = leaders(
    beliefs(voices, positions.length).map((share, i) => (i === first ? -1 : share)),
  );
  const other = shown(positions[runnerUp]?.value ?? null);
  const decisive = voters.flatMap(({ member }, i) => {
    if (voices[i]?.choice !== first) return [];
    const turned = voices.map((voice, k) => (k === i ? { ...voice, choice: runnerUp } : voice));
    const shares = beliefs(turned, positions.length);
    const [leader, next] = leaders(shares);
    const stays =
      leader === first &&
      shareOf(shares, first) > shareOf(shares, next) + SLACK &&
      shareOf(shares, first) >= atLeast - SLACK;
    return stays ? [] : [nameOf(member)];
  });
  return decisive.length === 0
    ? `No one judge could have changed that by choosing ${other}.`
    : `It would not be, had ${fewOf(decisive, MAX_NAMED, String)} chosen ${other}.`;
}

function accountOf(heard: readonly Heard[], { dropped, recused }: Terms): string {
  const said = fewOf(heard, MAX_NAMED, inWords);
  const parts = [
    ...(heard.length > 0 ? [`Asked: ${said}.`] : []),
    ...(recused.length > 0
      ? [`Not asked about their own positions: ${fewOf(recused, MAX_NAMED, nameOf)}.`]
      : []),
    ...(dropped.length > 0
      ? [`Not asked because of their records: ${fewOf(dropped, MAX_NAMED, recordOf)}.`]
      : []),
  ];
  return parts.join(" ");
}

function inWords({ member, hearing }: Heard): string {
  const name = nameOf(member);
  switch (hearing.said) {
    case "nothing":
      return `${name} gave no choice (${oneLineOfWords(hearing.error.message, MAX_WORDS_CHARS)})`;
    case "split":
      return `${name} chose ${shown(hearing.first.position.value)} in one order and ${shown(hearing.other.position.value)} in the other`;
    case "choice": {
      const { position, words } = hearing.choice;
      const orders = member.once ? "" : " in both orders";
      const why = words === "" ? "" : `: ${oneLineOfWords(words, MAX_WORDS_CHARS)}`;
      return `${name} chose ${shown(position.value)}${orders} (counts ${figure(member.trust.accuracy)}${why})`;
    }
  }
}

function recordOf(member: TrustedJudge): string {
  const { estimate, checked } = member.trust;
  return `${nameOf(member)} (${figure(estimate)} after ${counted(checked, "truth")})`;
}

function nameOf({ agent }: TrustedJudge): string {
  return oneLine(agent.name, MAX_NAME_CHARS);
}

/** A share with two digits. */
function figure(share: number): string {
  return share.toFixed(2);
}
