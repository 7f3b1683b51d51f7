import { clip, plain } from "../text.ts";
import { MAX_EVIDENCE_CHARS } from "./check-claim.ts";
import { SEVERITIES, type FindingDetails } from "./claim.ts";

const MAX_NAME_CHARS = 1_000;
const MAX_LINE = 999_999_999;

/**
 * What somebody says of a finding besides its text. Each part only where it is what it has to be, and nothing is refused for the others:
 * a path with control characters or of more than 1,000 characters is none; a line is a whole number from 1, also written as a text;
 * a severity is one of the five words, in any case; texts are cut.
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
  return {
    ...(file !== undefined && isPath(file) && { file }),
    ...(line !== undefined && { line }),
    ...(line !== undefined && endLine !== undefined && endLine > line && { endLine }),
    ...partOf(
      "severity",
      SEVERITIES.find((one) => one === severity),
    ),
    ...partOf("rule", textOf(own("rule"), MAX_NAME_CHARS)),
    ...partOf("suggestion", textOf(own("suggestion"), MAX_EVIDENCE_CHARS)),
    ...partOf("category", textOf(own("category"), MAX_NAME_CHARS)),
  };
}

function partOf<Name extends keyof FindingDetails>(
  name: Name,
  value: FindingDetails[Name],
): { readonly [N in Name]?: FindingDetails[N] } {
  return value === undefined
    ? {}
    : ({ [name]: value } as { readonly [N in Name]: FindingDetails[N] });
}

function textOf(value: unknown, maxChars: number): string | undefined {
  if (typeof value !== "string" || value.trim() === "") return undefined;
  return clip(value.trim(), maxChars);
}

/** What is cut off or left out of a path makes another file of it. */
function isPath(file: string): boolean {
  return file.length <= MAX_NAME_CHARS && plain(file) === file && !/[\n\t]/.test(file);
}

function lineOf(value: unknown): number | undefined {
  const line = typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : value;
  const isLine =
    typeof line === "number" && Number.isInteger(line) && line >= 1 && line <= MAX_LINE;
  return isLine ? line : undefined;
}
