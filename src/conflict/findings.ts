import { turnTaker, type Steps } from "../async/in-turns.ts";
import { QuorateError } from "../errors.ts";
import { foldedKey } from "./canonical.ts";
import type { Finding } from "./claim.ts";
import type { Candidate } from "./compare.ts";
import type { Holder, Position } from "./conflict.ts";
import { MAX_EVIDENCE_CHARS, MAX_SUBJECT_CHARS } from "./check-claim.ts";
import type { CheckedGrouping } from "./group.ts";
import { clip } from "../text.ts";
import { byCodeUnits, type Subject } from "./subject.ts";

const MAX_REFUSED_CHARS = 500;

/** What a finding's subject is about: somebody reports it, or looked and does not. */
export const PRESENT = "present";
export const ABSENT = "absent";

/** A finding from anywhere, as a `Finding`. Throws `CLAIMS_INVALID` when agent or text are no texts. */
export function checkFinding(finding: unknown): Finding {
  const { agent, text } = (finding ?? {}) as Partial<Record<keyof Finding, unknown>>;
  if (typeof agent !== "string" || agent === "" || typeof text !== "string") {
    const who = typeof agent === "string" && agent !== "" ? agent : "an unnamed agent";
    throw new QuorateError(
      "CLAIMS_INVALID",
      `a finding of ${who} has a text of type ${typeof text}; give { agent, text }, both texts`,
    );
  }
  return finding as Finding;
}

/** What reviewers report, and who looked. */
export interface Reports {
  /** The findings by the canonical text of theirs, each with its reports by reporter. */
  readonly byKey: ReadonlyMap<string, readonly Finding[]>;
  /** The distinct texts, in canonical order. */
  readonly candidates: readonly Candidate[];
  /** All that answered, in code-unit order. */
  readonly reviewers: readonly string[];
}

/** The findings as they are to be grouped. Blank texts are no findings. Throws `CLAIMS_INVALID` as {@link checkFinding}. */
export function* reportsIn(
  findings: Iterable<Finding>,
  answered: Iterable<string>,
): Steps<Reports> {
  const isTurn = turnTaker();
  const byKey = new Map<string, Finding[]>();
  const reviewers = new Set(answered);
  for (const given of findings) {
    const finding = checkFinding(given);
    reviewers.add(finding.agent);
    if (finding.text.trim() === "") continue;
    const key = foldedKey(finding.text);
    const same = byKey.get(key);
    if (same === undefined) byKey.set(key, [finding]);
    else same.push(finding);
    if (isTurn(PUTTING)) yield;
  }
  const candidates: Candidate[] = [];
  for (const key of [...byKey.keys()].sort(byCodeUnits)) {
    const same = byKey.get(key) ?? [];
    same.sort((a, b) => byCodeUnits(a.agent, b.agent) || byCodeUnits(a.text, b.text));
    const [value = ""] = same.map(({ text }) => text).sort(byCodeUnits);
    candidates.push({ key, value, heldBy: new Set(same.map(({ agent }) => agent)).size });
    if (isTurn(PUTTING)) yield;
  }
  return { byKey, candidates, reviewers: [...reviewers].sort(byCodeUnits) };
}

/**
 * Findings as they were grouped, the most reported first, equally reported ones in code-unit order. Who reports one
 * holds `"present"`, with their own wording as evidence (of several, the one that comes first in the group);
 * of those that answered, who does not holds `"absent"`. Who reports anything has answered. The subject is the text
 * that stands for the group, at most 500 characters of it, with a number where it is `taken`.
 */
export function* findingSubjects(
  { byKey, reviewers }: Reports,
  { groups, note: about, refused }: CheckedGrouping<Candidate>,
  taken: Iterable<string>,
): Steps<readonly Subject[]> {
  const isTurn = turnTaker();
  const absence = absenceOf(reviewers);
  const names = uniqueNames(taken);
  const apart =
    refused === undefined
      ? undefined
      : `Findings are not grouped: ${clip(refused, MAX_REFUSED_CHARS)}.`;
  const reported: Reported[] = groups.map(({ value, members, note }) => {
    const wordings = new Map<string, string>();
    for (const member of members) {
      for (const { agent, text } of byKey.get(member.key) ?? []) {
        if (!wordings.has(agent)) wordings.set(agent, text);
      }
    }
    return { text: String(value), wordings, note };
  });
  if (isTurn(PUTTING * groups.length)) yield;
  reported.sort((a, b) => b.wordings.size - a.wordings.size || byCodeUnits(a.text, b.text));
  const subjects: Subject[] = [];
  for (const { text, wordings, note } of reported) {
    const notes = [note, about, apart].filter((each) => each !== undefined).join(" ");
    subjects.push({
      subject: names(text),
      kind: "finding",
      positions: positionsOf(wordings, absence),
      ...(notes !== "" && { note: notes }),
    });
    if (isTurn(PUTTING)) yield;
  }
  return subjects;
}

/** What it takes to put a finding where it belongs. */
const PUTTING = 200;

/** A finding, and who reports it in which words. */
interface Reported {
  readonly text: string;
  readonly wordings: ReadonlyMap<string, string>;
  readonly note: string | undefined;
}

function positionsOf(
  wordings: Reported["wordings"],
  absence: (reporters: readonly string[]) => readonly Holder[],
): readonly Position[] {
  const reporters = [...wordings].sort(([a], [b]) => byCodeUnits(a, b));
  const present = reporters.map(([agent, wording]): Holder => ({
    agent,
    evidence: clip(wording, MAX_EVIDENCE_CHARS),
  }));
  const absent = absence(reporters.map(([agent]) => agent));
  const positions = [
    { value: PRESENT, heldBy: present },
    { value: ABSENT, heldBy: absent },
  ].filter(({ heldBy }) => heldBy.length > 0);
  // "absent" comes before "present", in canonical order, when as many hold it.
  if (absent.length >= present.length) positions.reverse();
  return positions;
}

/** Who did not report, by who did. Kept, as most findings have one of few reporters and there may be many. */
function absenceOf(
  reviewers: readonly string[],
): (reporters: readonly string[]) => readonly Holder[] {
  const holders = reviewers.map((agent): Holder => ({ agent }));
  const known = new Map<string, readonly Holder[]>();
  return (reporters) => {
    const key = JSON.stringify(reporters);
    const found = known.get(key);
    if (found !== undefined) return found;
    const reported = new Set(reporters);
    const absent = holders.filter(({ agent }) => !reported.has(agent));
    known.set(key, absent);
    return absent;
  };
}

function uniqueNames(taken: Iterable<string>): (text: string) => string {
  const used = new Set(taken);
  const counted = new Map<string, number>();
  return (text) => {
    const wanted = clip(text, MAX_SUBJECT_CHARS);
    let name = wanted;
    for (let number = counted.get(wanted) ?? 2; used.has(name); number++) {
      const suffix = ` (${number})`;
      name = `${clip(text, MAX_SUBJECT_CHARS - suffix.length)}${suffix}`;
      counted.set(wanted, number + 1);
    }
    used.add(name);
    return name;
  };
}
