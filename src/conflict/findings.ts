import { turnTaker, type Steps } from "../async/in-turns.ts";
import { QuorateError } from "../model/errors.ts";
import { foldedKey } from "./canonical.ts";
import type { Finding, PlacedFinding } from "../model/claim.ts";
import { combined, inOrder, isSaid } from "./combined.ts";
import type { Candidate } from "./compare.ts";
import type { Holder, Position } from "../model/conflict.ts";
import { MAX_EVIDENCE_CHARS, MAX_SUBJECT_CHARS } from "./check-claim.ts";
import type { CheckedGrouping } from "./group.ts";
import { detailsOf } from "./finding-details.ts";
import { byPlace, inOnePlace, placeText } from "./place.ts";
import { clip, clipWords } from "../model/text.ts";
import { byCodeUnits, type Subject } from "./subject.ts";

const MAX_REFUSED_CHARS = 500;

/** The positions on a finding: an agent reports it, or looked and does not. */
export const PRESENT = "present";
export const ABSENT = "absent";

/** Any value as a `Finding`, with its usable details. Throws `CLAIMS_INVALID` if agent or text are not texts. */
export function checkFinding(finding: unknown): Finding {
  const { agent, text } = (finding ?? {}) as Partial<Record<keyof Finding, unknown>>;
  if (typeof agent !== "string" || agent === "" || typeof text !== "string") {
    const who = typeof agent === "string" && agent !== "" ? agent : "an unnamed agent";
    throw new QuorateError(
      "CLAIMS_INVALID",
      `a finding of ${who} has a text of type ${typeof text}; give { agent, text }, both texts`,
    );
  }
  return { agent, text, ...detailsOf(finding) };
}

/** The reports of reviewers, and which agents looked. */
export interface Reports {
  /** The findings by the key of their candidate, each with its reports by reporter. */
  readonly byKey: ReadonlyMap<string, readonly Finding[]>;
  /** The distinct texts, each once for every place at which it is reported, in canonical order. */
  readonly candidates: readonly Candidate[];
  /** All that answered, in code-unit order. */
  readonly reviewers: readonly string[];
}

/** The findings, prepared for grouping. Blank texts do not count. Throws `CLAIMS_INVALID` like {@link checkFinding}. */
export function* reportsIn(
  findings: Iterable<Finding>,
  answered: Iterable<string>,
): Steps<Reports> {
  const isTurn = turnTaker();
  const byText = new Map<string, Finding[]>();
  const reviewers = new Set(answered);
  for (const given of findings) {
    const finding = checkFinding(given);
    reviewers.add(finding.agent);
    if (finding.text.trim() === "") continue;
    const key = foldedKey(finding.text);
    const same = byText.get(key);
    if (same === undefined) byText.set(key, [finding]);
    else same.push(finding);
    if (isTurn(PUTTING)) yield;
  }
  const byKey = new Map<string, readonly Finding[]>();
  const candidates: Candidate[] = [];
  for (const textKey of [...byText.keys()].sort(byCodeUnits)) {
    for (const { place, reports } of byPlace(byText.get(textKey) ?? [])) {
      const key = place === undefined ? textKey : JSON.stringify([textKey, place]);
      const same = reports.toSorted(inOrder);
      const [value = ""] = same.map(({ text }) => text).sort(byCodeUnits);
      const heldBy = new Set(same.map(({ agent }) => agent)).size;
      byKey.set(key, same);
      candidates.push({ key, value, heldBy, ...(place !== undefined && { place }) });
      if (isTurn(PUTTING)) yield;
    }
  }
  return { byKey, candidates, reviewers: [...reviewers].sort(byCodeUnits) };
}

/**
 * Findings as they were grouped, the most reported first, equally reported ones in code-unit order. An agent that reports one
 * holds `"present"`, with its own wording as evidence (of several, the first in the group with a place, else the first).
 * An agent that answered and does not report it holds `"absent"`. An agent that reports anything has answered. The subject is the text
 * that represents the group or, if it has a place, that place and the text of {@link combined}; at most 500 characters, with a number if it is `taken`.
 * Whatever a comparator says, findings at other places are not in the group.
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
      : `Findings are not grouped: ${clipWords(refused, MAX_REFUSED_CHARS)}.`;
  const reported: Reported[] = [];
  for (const { value, members, note } of groups) {
    const parts = yield* inOnePlace(members);
    for (const [part, together] of parts.entries()) {
      const reports = together.flatMap(({ key }) => byKey.get(key) ?? []);
      const stands = String(part === 0 ? value : together[0]?.value);
      const finding = combined(reports, stands);
      const at = finding && placeText(finding);
      reported.push({
        text: at === undefined ? stands : `${at}: ${finding?.text}`,
        finding,
        reports: firstOfEach(reports),
        note,
      });
      if (isTurn(PUTTING * reports.length)) yield;
    }
  }
  reported.sort((a, b) => b.reports.size - a.reports.size || byCodeUnits(a.text, b.text));
  const subjects: Subject[] = [];
  for (const { text, finding, reports, note } of reported) {
    const notes = [note, about, apart].filter((each) => each !== undefined).join(" ");
    subjects.push({
      subject: names(text),
      kind: "finding",
      positions: positionsOf(reports, absence),
      ...(finding !== undefined && { finding }),
      ...(notes !== "" && { note: notes }),
    });
    if (isTurn(PUTTING)) yield;
  }
  return subjects;
}

/** The work of putting a finding into its group. */
const PUTTING = 200;

/** A finding, and its reporters with their wordings. */
interface Reported {
  readonly text: string;
  readonly finding: PlacedFinding | undefined;
  readonly reports: ReadonlyMap<string, Finding>;
  readonly note: string | undefined;
}

/** By agent, its first report with a place, else its first one. */
function firstOfEach(reports: readonly Finding[]): Reported["reports"] {
  const first = new Map<string, Finding>();
  for (const report of reports) {
    const known = first.get(report.agent);
    if (known === undefined || (known.file === undefined && report.file !== undefined))
      first.set(report.agent, report);
  }
  return first;
}

function positionsOf(
  reports: Reported["reports"],
  absence: (reporters: readonly string[]) => readonly Holder[],
): readonly Position[] {
  const reporters = [...reports].sort(([a], [b]) => byCodeUnits(a, b));
  const present = reporters.map(([agent, report]): Holder => ({
    agent,
    evidence: clipWords(report.text, MAX_EVIDENCE_CHARS),
    ...(isSaid(report) && { finding: detailsOf(report) }),
  }));
  const absent = absence(reporters.map(([agent]) => agent));
  const positions = [
    { value: PRESENT, heldBy: present },
    { value: ABSENT, heldBy: absent },
  ].filter(({ heldBy }) => heldBy.length > 0);
  // In canonical order, "absent" comes before "present" if as many hold it.
  if (absent.length >= present.length) positions.reverse();
  return positions;
}

/** The agents that did not report, by those that did. Cached, because most findings have one of few sets of reporters and there may be many. */
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
