import { MAX_EVIDENCE_CHARS } from "./check-claim.ts";
import {
  SEVERITIES,
  type Finding,
  type FindingDetails,
  type PlacedFinding,
  type Severity,
} from "../model/claim.ts";
import { clip, cut } from "../model/text.ts";
import { detailsOf } from "./finding-details.ts";
import { comparedPath } from "./place.ts";
import { byCodeUnits } from "./subject.ts";

/** Whether a finding says anything besides its text. */
export function isSaid(details: FindingDetails): boolean {
  return Object.keys(details).some((part) => part !== "agent" && part !== "text");
}

/** The order of reports of one thing: by agent, then by what they say. */
export function inOrder(a: Finding, b: Finding): number {
  return (
    byCodeUnits(a.agent, b.agent) ||
    byCodeUnits(a.text, b.text) ||
    (a.line ?? 0) - (b.line ?? 0) ||
    (isSaid(a) || isSaid(b) ? byCodeUnits(detailKey(a), detailKey(b)) : 0)
  );
}

const detailKey = (report: Finding): string => JSON.stringify(detailsOf(report));

/**
 * What several reports of one finding say together; `undefined` if they give only texts. The text is the one that represents the group or, if
 * any has a place, the one that says most. The lines are those that most reports name, the first of equally named ones. The severity is that
 * of {@link severityOf}. The other parts come from the report whose text is used, else from the first that has them.
 */
export function combined(reports: readonly Finding[], standing: string): PlacedFinding | undefined {
  if (!reports.some(isSaid)) return undefined;
  const sorted = reports.toSorted(inOrder);
  const isPlaced = reports.some(({ file }) => file !== undefined);
  const longest = isPlaced ? longestOf(sorted) : undefined;
  const first = longest ?? sorted.find(({ text }) => text === standing);
  const said = first === undefined ? sorted : [first, ...sorted];
  const partOf = <Name extends "file" | "rule" | "suggestion" | "category">(name: Name) => {
    const value = said.find((report) => report[name] !== undefined)?.[name];
    return value === undefined ? {} : ({ [name]: value } as { readonly [N in Name]: string });
  };
  const { file } = partOf("file") as FindingDetails;
  const severity = severityOf(sorted);
  return {
    text: clip(longest?.text ?? standing, MAX_EVIDENCE_CHARS),
    ...(file !== undefined && { file: comparedPath(file) }),
    ...linesOf(isPlaced ? sorted.filter((report) => report.file !== undefined) : sorted),
    ...(severity !== undefined && { severity }),
    ...partOf("rule"),
    ...partOf("suggestion"),
    ...partOf("category"),
  };
}

/** The report with the longest text, counting each word once so that repetition does not help; the first of equally long ones. */
function longestOf(sorted: readonly Finding[]): Finding | undefined {
  let longest: Finding | undefined;
  let most = -1;
  for (const report of sorted) {
    const words = new Set(cut(report.text, MAX_EVIDENCE_CHARS).toLowerCase().match(/\S+/g));
    let length = 0;
    for (const word of words) length += word.length;
    if (length <= most) continue;
    longest = report;
    most = length;
  }
  return longest;
}

function linesOf(reports: readonly Finding[]): Pick<FindingDetails, "line" | "endLine"> {
  const lines = new Map<
    string,
    { often: number; readonly line: number; readonly endLine?: number }
  >();
  for (const { line, endLine } of reports) {
    if (line === undefined) continue;
    const key = `${line} ${endLine}`;
    const known = lines.get(key);
    if (known !== undefined) known.often++;
    else lines.set(key, { often: 1, line, ...(endLine !== undefined && { endLine }) });
  }
  const [most] = [...lines.values()].sort(
    (a, b) => b.often - a.often || a.line - b.line || (a.endLine ?? 0) - (b.endLine ?? 0),
  );
  if (most === undefined) return {};
  const { often: _, ...named } = most;
  return named;
}

/**
 * The highest severity that two reporters give, else the median of all, and of two in the middle the higher one. If one reporter
 * gives several, the highest counts.
 */
function severityOf(reports: readonly Finding[]): Severity | undefined {
  const byAgent = new Map<string, number>();
  for (const { agent, severity } of reports) {
    if (severity === undefined) continue;
    const rank = SEVERITIES.indexOf(severity);
    byAgent.set(agent, Math.min(rank, byAgent.get(agent) ?? rank));
  }
  const ranks = [...byAgent.values()].sort((a, b) => a - b);
  const shared = ranks.find((rank, i) => rank === ranks[i + 1]);
  return SEVERITIES[shared ?? ranks[Math.floor((ranks.length - 1) / 2)] ?? -1];
}
