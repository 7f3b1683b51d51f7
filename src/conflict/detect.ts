import { listIn } from "../policy/given.ts";
import { hearIfRefused } from "../async/hear.ts";
import { checkKeys } from "../policy/check-kind.ts";
import type { Json } from "../json.ts";
import { exactText } from "./canonical.ts";
import { checkShape, positionKey } from "./check-claim.ts";
import type { Claim } from "./claim.ts";
import {
  comparators,
  equal,
  groupWith,
  type Candidate,
  type Comparator,
  type Compare,
} from "./compare.ts";
import type { Conflict, Holder, Position } from "./conflict.ts";
import { oneLine, shown } from "./plain.ts";
import { clip } from "../text.ts";
import { byCodeUnits, fewOf, type Subject } from "./subject.ts";

/** How {@link findConflicts} compares. */
export interface FindOptions {
  /** How positions are compared, by subject. Default: `equal()` for every subject. */
  readonly compare?: Compare;
}

const FIND_OPTIONS: ReadonlySet<string> = new Set(["compare"]);

/** How much of an agent's evidence is kept with its position, in characters. */
export const MAX_EVIDENCE_CHARS = 4_000;

/**
 * The subjects about which the claims differ, in code-unit order. One pass over any number of claims by any number
 * of agents; nothing is compared pairwise but what a comparator has to.
 *
 * An agent has one position per subject: where it claims twice, its last claim holds. The order of claims does not
 * matter otherwise. Throws `CLAIMS_INVALID` for a claim without agent or subject and for a position that is not JSON;
 * `BAD_OPTIONS` for a comparator that is none.
 */
export function findConflicts(
  claims: Iterable<Claim>,
  options: FindOptions = {},
): readonly Conflict[] {
  return hearIfRefused([claims, options], () => conflictsIn(claims, options));
}

function conflictsIn(claims: Iterable<Claim>, options: FindOptions): readonly Conflict[] {
  checkKeys(options, FIND_OPTIONS, "findConflicts");
  const compare = comparators(options.compare);
  const conflicts: Conflict[] = [];
  for (const [subject, about] of bySubject(claims)) {
    const comparator = compare.get(subject);
    const byKey = byPosition(about);
    // Most subjects are not contested. Nothing is built for those; no comparator splits one value into two.
    if (byKey.size < 2) continue;
    const { positions } = sorted(byKey, comparator ?? equal());
    if (positions.length > 1) conflicts.push({ subject, kind: "claim", positions });
  }
  return conflicts;
}

/** All subjects of the claims, contested or not, in code-unit order. Throws `CLAIMS_INVALID` as above. */
export function claimSubjects(
  claims: Iterable<Claim>,
  compare: ReadonlyMap<string, Comparator>,
): readonly Subject[] {
  return bySubject(claims).map(([subject, about]) => ({
    subject,
    kind: "claim",
    ...sorted(byPosition(about), compare.get(subject) ?? equal()),
  }));
}

function bySubject(claims: Iterable<Claim>): readonly (readonly [string, readonly Claim[]])[] {
  const found = new Map<string, Claim[]>();
  for (const given of listIn(claims, "a comparison of claims")) {
    const claim = checkShape(given);
    const about = found.get(claim.subject);
    if (about === undefined) found.set(claim.subject, [claim]);
    else about.push(claim);
  }
  return [...found].sort(([a], [b]) => byCodeUnits(a, b));
}

/** The claims that hold, by the canonical text of their position. */
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

interface Held extends Candidate {
  readonly claims: readonly Claim[];
}

/** The positions, most held first; equally held ones in canonical order. */
function sorted(
  byKey: ReadonlyMap<string, readonly Claim[]>,
  comparator: Comparator,
): Pick<Subject, "positions" | "note" | "refused"> {
  const candidates = [...byKey]
    .sort(([a], [b]) => byCodeUnits(a, b))
    .map(([key, claims]): Held => ({
      key,
      value: usualSpelling(claims),
      heldBy: claims.length,
      claims,
    }));
  const { groups, refused, setAside, note } = groupWith(comparator, candidates);
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
  const notes = [
    ...(setAside.length > 0
      ? [
          noteOf(
            setAside.flatMap(({ claims }) => claims),
            comparator,
          ),
        ]
      : []),
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
    ...(evidence !== undefined && { evidence: clip(evidence, MAX_EVIDENCE_CHARS) }),
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
