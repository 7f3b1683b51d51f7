import { turnTaker, type Steps } from "../async/in-turns.ts";
import type { FindingDetails } from "../model/claim.ts";
import { byCodeUnits } from "./subject.ts";

/**
 * The place of findings in one file that may be one finding. `line` is the greatest of their first lines and `endLine` the least of their last
 * ones: no two of them are further apart than these.
 */
export interface Place {
  /** In the form for comparison: with `/`, and with `.` and `..` resolved. */
  readonly file: string;
  /** Absent if no line was given: then it may be any. */
  readonly line?: number;
  readonly endLine?: number;
}

/** How many lines apart two places may be that are one finding: the value with the best F1 on the made set of `bench/decisions/placed.ts`. */
export const NEAR_LINES = 8;

/** Where a finding is; `undefined` if no file was given: it may be anywhere. */
export function placeOf({ file, line, endLine = line }: FindingDetails): Place | undefined {
  if (file === undefined) return undefined;
  if (line === undefined || endLine === undefined) return { file: comparedPath(file) };
  return { file: comparedPath(file), line, endLine };
}

/** Whether things at these places are never one finding: in another file, or more than `near` lines apart. */
export function isElsewhere(
  a: Place | undefined,
  b: Place | undefined,
  near: number = NEAR_LINES,
): boolean {
  if (a === undefined || b === undefined) return false;
  if (a.file !== b.file) return true;
  const both = joined(a, b);
  if (both.line === undefined || both.endLine === undefined) return false;
  return both.line - both.endLine > near;
}

/** The common place of two places in one file. */
function joined(a: Place, b: Place): Place {
  if (a.line === undefined || a.endLine === undefined) return b;
  if (b.line === undefined || b.endLine === undefined) return a;
  return {
    file: a.file,
    line: Math.max(a.line, b.line),
    endLine: Math.min(a.endLine, b.endLine),
  };
}

/** Things at one place, and the place. */
export interface Placed<T> {
  readonly place: Place | undefined;
  readonly reports: readonly T[];
}

/** Reports by place, those without a file first, then in the order of files and lines: everything in one part is near all of the part. */
export function byPlace<T extends FindingDetails>(reports: readonly T[]): readonly Placed<T>[] {
  const placed = reports.map((report) => ({ place: placeOf(report), report }));
  if (placed.every(({ place }) => place === undefined)) return [{ place: undefined, reports }];
  placed.sort(({ place: a }, { place: b }) => inFileOrder(a, b));
  const parts: { place: Place | undefined; readonly reports: T[] }[] = [];
  for (const { place, report } of placed) {
    const last = parts.at(-1);
    const isFirst = last === undefined || last.place?.file !== place?.file;
    if (isFirst || isElsewhere(last.place, place)) {
      parts.push({ place, reports: [report] });
      continue;
    }
    last.place = last.place && place && joined(last.place, place);
    last.reports.push(report);
  }
  return parts;
}

/** Members of a group that are near each other, and their common place. */
interface Nearby<T> {
  place: Place | undefined;
  readonly members: T[];
}

/** Splits the members of a group by place: each joins the first part of which no member is elsewhere. */
export function* inOnePlace<T extends { readonly place?: Place }>(
  members: readonly T[],
): Steps<readonly (readonly T[])[]> {
  if (members.every(({ place }) => place === undefined)) return [members];
  const isTurn = turnTaker();
  const parts: Nearby<T>[] = [];
  const byFile = new Map<string, Nearby<T>[]>();
  for (const member of members) {
    const { place } = member;
    const inFile = (place && byFile.get(place.file)) ?? [];
    const [first] = parts;
    // Nothing is elsewhere than a part without a place, which only the first can be.
    let part =
      place === undefined || first?.place === undefined
        ? first
        : inFile.find((one) => !isElsewhere(one.place, place));
    if (part === undefined) parts.push((part = { place: undefined, members: [] }));
    part.members.push(member);
    if (place !== undefined && part.place === undefined) {
      inFile.push(part);
      byFile.set(place.file, inFile);
    }
    part.place = part.place && place ? joined(part.place, place) : (part.place ?? place);
    if (isTurn(1 + inFile.length)) yield;
  }
  return parts.map(({ members: together }) => together);
}

/** Findings without a line come before the lines of their file. */
function inFileOrder(a: Place | undefined, b: Place | undefined): number {
  return (
    byCodeUnits(a?.file ?? "", b?.file ?? "") ||
    (a?.line ?? 0) - (b?.line ?? 0) ||
    (a?.endLine ?? 0) - (b?.endLine ?? 0)
  );
}

const MAX_PLACE_CHARS = 200;

/** `src/a.ts:10`, for the beginning of a finding's subject; for a very long path its end. */
export function placeText({ file, line }: FindingDetails): string | undefined {
  if (file === undefined) return undefined;
  const at = line === undefined ? file : `${file}:${line}`;
  return at.length > MAX_PLACE_CHARS ? `…${at.slice(1 - MAX_PLACE_CHARS)}` : at;
}

/** The text that two paths share if they name the same file, as far as can be known without looking at a disk. */
export function comparedPath(file: string): string {
  const [root = ""] = /^[\\/]*/.exec(file) ?? [];
  const parts: string[] = [];
  for (const part of file.normalize("NFC").split(/[\\/]+/)) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else parts.push(part);
  }
  return `${root === "" ? "" : "/"}${parts.join("/")}`;
}
