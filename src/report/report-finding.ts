import { SEVERITIES, type FindingDetails } from "../model/claim.ts";
import type { Verdict, VerdictStatus, VerdictStep } from "../model/verdict.ts";

/** What agents reported, and whether it stands. */
export interface ReportFinding extends FindingDetails {
  readonly text: string;
  /** `true` if it was decided that it is present, `false` if absent, `null` if nothing was decided. */
  readonly stands: boolean | null;
  readonly status: VerdictStatus;
  /** 0–1: how likely the decision is right; 0 if there is none. */
  readonly confidence: number;
  readonly by: string | null;
  readonly reasoning: string;
  /** As in its verdict. */
  readonly steps?: readonly VerdictStep[];
  readonly reportedBy: readonly string[];
  /** Agents that answered and did not report it. */
  readonly notReportedBy: readonly string[];
  /** Agents that did not answer. */
  readonly missing: readonly string[];
  /** The nested team that asks a person about it. */
  readonly team?: string;
}

/** Findings in reading order: those that stand, those that are open, those that do not stand; the most severe first, then by place. */
export function reportFindings(
  verdicts: readonly (Verdict & { readonly team?: string })[],
): readonly ReportFinding[] {
  return verdicts.map(findingOf).toSorted(inOrder);
}

function findingOf(verdict: Verdict & { readonly team?: string }): ReportFinding {
  const { subject, finding, status, winner, confidence, by, reasoning, steps, missing, team } =
    verdict;
  const holders = (position: string): readonly string[] =>
    verdict.positions
      .filter(({ value }) => value === position)
      .flatMap(({ heldBy }) => heldBy.map(({ agent }) => agent));
  return {
    ...(finding ?? { text: subject }),
    stands: winner === null ? null : winner === "present",
    status,
    confidence,
    by,
    reasoning,
    ...(steps !== undefined && { steps }),
    reportedBy: holders("present"),
    notReportedBy: holders("absent"),
    missing,
    ...(team !== undefined && { team }),
  };
}

/** `src/a.ts:10-12`, as far as it is known; empty without a file. */
export function placeOf({ file, line, endLine }: FindingDetails): string {
  if (file === undefined || line === undefined) return file ?? "";
  return endLine === undefined ? `${file}:${line}` : `${file}:${line}-${endLine}`;
}

function inOrder(a: ReportFinding, b: ReportFinding): number {
  return (
    rankOf(a) - rankOf(b) ||
    severityRank(a) - severityRank(b) ||
    compareText(a.file ?? "\uFFFF", b.file ?? "\uFFFF") ||
    (a.line ?? 0) - (b.line ?? 0) ||
    compareText(a.text, b.text)
  );
}

function rankOf({ stands }: ReportFinding): number {
  return stands === null ? 1 : stands ? 0 : 2;
}

/** A finding without a severity comes after the two highest: nobody said that it does not matter. */
function severityRank({ severity }: ReportFinding): number {
  return severity === undefined ? 1.5 : SEVERITIES.indexOf(severity);
}

/** By code units: the same on every machine. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
