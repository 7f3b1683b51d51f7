import { listIn } from "../check/given.ts";
import type { Json } from "../model/json.ts";
import { exactText } from "./canonical.ts";
import { checkShape, MAX_EVIDENCE_CHARS, positionKey } from "./check-claim.ts";
import type { Claim } from "../model/claim.ts";
import type { Candidate, Comparator } from "./compare.ts";
import type { Holder, Position } from "../model/conflict.ts";
import type { CheckedGrouping } from "./group.ts";
import { oneLine, shown } from "./plain.ts";
import { clipWords } from "../model/text.ts";
import { byCodeUnits, fewOf, type Subject } from "./subject.ts";

/** The valid claims about one subject, by the canonical text of their position. */
export interface Claimed {
  readonly subject: string;
  readonly byKey: ReadonlyMap<string, readonly Claim[]>;
}

/** A claimed value, and the claims for it. */
export interface HeldClaims extends Candidate {
  readonly claims: readonly Claim[];
}

/**
 * The claims by subject, in code-unit order. An agent's last claim about a subject counts. Throws `CLAIMS_INVALID` for a value that is not a
 * claim.
 */
export function claimedIn(claims: Iterable<Claim>): readonly Claimed[] {
  const found = new Map<string, Claim[]>();
  for (const given of listIn(claims, "a comparison of claims")) {
    const claim = checkShape(given);
    const about = found.get(claim.subject);
    if (about === undefined) found.set(claim.subject, [claim]);
    else about.push(claim);
  }
  return [...found]
    .sort(([a], [b]) => byCodeUnits(a, b))
    .map(([subject, about]) => ({ subject, byKey: byPosition(about) }));
}

function byPosition(about: readonly Claim[]): ReadonlyMap<string, readonly Claim[]> {
  const byKey = new Map<string, Claim[]>();
  for (const claim of lastOfEach(about)) {
    const key = positionKey(claim);
    const held = byKey.get(key);
    if (held === undefined) byKey.set(key, [claim]);
    else held.push(claim);
  }
  return byKey;
}

function lastOfEach(about: readonly Claim[]): Iterable<Claim> {
  if (about.length === 1) return about;
  const last = new Map<string, Claim>();
  for (const claim of about) last.set(claim.agent, claim);
  return last.values();
}

/** The distinct values, in canonical order. */
export function candidatesOf(byKey: Claimed["byKey"]): readonly HeldClaims[] {
  return [...byKey]
    .sort(([a], [b]) => byCodeUnits(a, b))
    .map(([key, claims]) => ({
      key,
      value: usualSpelling(claims),
      heldBy: claims.length,
      claims,
    }));
}

/** The positions that a comparator made of them, the most held first; equally held ones in canonical order. */
export function positionsOf(
  { groups, setAside, refused, note }: CheckedGrouping<HeldClaims>,
  comparator: Comparator,
): Pick<Subject, "positions" | "note" | "refused"> {
  const positions = groups
    .map(({ key, value, members }) => {
      const heldBy = members.flatMap((member) =>
        member.claims.map((claim) => holder(claim, member.key !== key)),
      );
      return {
        key,
        position: { value, heldBy: heldBy.sort((a, b) => byCodeUnits(a.agent, b.agent)) },
      };
    })
    .sort(
      (a, b) => b.position.heldBy.length - a.position.heldBy.length || byCodeUnits(a.key, b.key),
    )
    .map(({ position }): Position => position);
  const aside = setAside.flatMap(({ claims }) => claims);
  const notes = [
    ...(aside.length > 0 ? [noteOf(aside, comparator)] : []),
    ...new Set(groups.flatMap((group) => group.note ?? [])),
    ...(note === undefined ? [] : [note]),
  ];
  return {
    positions,
    ...(refused !== undefined && { refused }),
    ...(notes.length > 0 && { note: notes.join(" ") }),
  };
}

function holder({ agent, position, evidence, confidence }: Claim, differs: boolean): Holder {
  return {
    agent,
    ...(evidence !== undefined && { evidence: clipWords(evidence, MAX_EVIDENCE_CHARS) }),
    ...(confidence !== undefined && { stated: confidence }),
    ...(differs && { said: position }),
  };
}

/** The most common spelling of equal values; of equally common ones the first in code-unit order. */
function usualSpelling(claims: readonly Claim[]): Json {
  const [first] = claims;
  if (first === undefined) return null;
  if (claims.every(({ position }) => position === first.position)) return first.position;
  const spellings = new Map<string, { often: number; readonly value: Json }>();
  for (const { position } of claims) {
    const text = exactText(position);
    const spelling = spellings.get(text);
    if (spelling === undefined) spellings.set(text, { often: 1, value: position });
    else spelling.often++;
  }
  const [[, usual] = [undefined, { value: first.position }]] = [...spellings].sort(
    ([a, x], [b, y]) => y.often - x.often || byCodeUnits(a, b),
  );
  return usual.value;
}

function noteOf(claims: readonly Claim[], { name }: Comparator): string {
  const sorted = claims.toSorted((a, b) => byCodeUnits(a.agent, b.agent));
  const who = fewOf(
    sorted,
    5,
    ({ agent, position }) => `${oneLine(agent, 100)} (${shown(position)})`,
  );
  return `Set aside, since ${name} does not list it: ${who}.`;
}
