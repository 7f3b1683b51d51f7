import { clipWords, plain } from "../model/text.ts";
import { MAX_EVIDENCE_CHARS } from "./check-claim.ts";
import { comparedPath } from "./place.ts";
import { SEVERITIES, type FindingDetails } from "../model/claim.ts";

const MAX_NAME_CHARS = 1_000;
const MAX_LINE = 999_999_999;

/**
 * The details of a finding besides its text. An invalid part is left out and does not affect the others:
 * a path with control characters or of more than 1,000 characters; a line that is not a whole number from 1 (a text of one is accepted);
 * a severity that is not one of the five words, in any case. Texts are cut.
 */
export function detailsOf(said: unknown): FindingDetails {
  const own = (part: keyof FindingDetails): unknown =>
    typeof said === "object" && said !== null && Object.hasOwn(said, part)
      ? (said as Readonly<Record<string, unknown>>)[part]
      : undefined;
  const file = textOf(own("file"), Infinity);
  const line = lineOf(own("line"));
  const endLine = lineOf(own("endLine"));
  const severity = textOf(own("severity"), MAX_NAME_CHARS)?.toLowerCase();
  const parts: { readonly [Part in keyof FindingDetails]-?: FindingDetails[Part] | undefined } = {
    file: file !== undefined && isPath(file) ? file : undefined,
    line,
    endLine: line !== undefined && endLine !== undefined && endLine > line ? endLine : undefined,
    severity: SEVERITIES.find((one) => one === severity),
    rule: textOf(own("rule"), MAX_NAME_CHARS),
    suggestion: textOf(own("suggestion"), MAX_EVIDENCE_CHARS),
    category: textOf(own("category"), MAX_NAME_CHARS),
  };
  const known = Object.entries(parts).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known) as FindingDetails;
}

function textOf(value: unknown, maxChars: number): string | undefined {
  if (typeof value !== "string" || value.trim() === "") return undefined;
  return clipWords(value.trim(), maxChars);
}

/** Cutting a path would make it another file; a path such as `.` names no file. */
function isPath(file: string): boolean {
  const isWhole = file.length <= MAX_NAME_CHARS && plain(file) === file && !/[\n\t]/.test(file);
  return isWhole && comparedPath(file) !== "";
}

function lineOf(value: unknown): number | undefined {
  const line = typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : value;
  const isLine =
    typeof line === "number" && Number.isInteger(line) && line >= 1 && line <= MAX_LINE;
  return isLine ? line : undefined;
}
