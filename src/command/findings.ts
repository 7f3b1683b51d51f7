import { clip } from "../text.ts";

/** Something that a tool reports, and where. Parts that the tool does not say are left out. */
export interface PlacedFinding {
  readonly text: string;
  /** As the tool names it, mostly as seen from the folder it ran in. */
  readonly file?: string;
  /** Counted from 1. */
  readonly line?: number;
  readonly endLine?: number;
  readonly severity?: Severity;
  /** Which of the tool's rules, or which test. */
  readonly rule?: string;
}

export type Severity = "critical" | "high" | "medium" | "low" | "info";

/** What a tool reports. */
export interface Findings {
  readonly findings: readonly PlacedFinding[];
  /** How many more there were, where they were too many. */
  readonly omitted?: number;
}

const SEVERITIES: readonly Severity[] = ["critical", "high", "medium", "low", "info"];

/** As many as a team takes of one agent. */
const MAX_FINDINGS = 1_000;
const MAX_TEXT = 2_000;
const MAX_NAME = 1_000;

/** The findings, those of the highest severity first where they are too many to keep all. */
export function bounded(all: readonly PlacedFinding[]): Findings {
  if (all.length <= MAX_FINDINGS) return { findings: all };
  const rank = ({ severity }: PlacedFinding): number =>
    severity === undefined ? SEVERITIES.length : SEVERITIES.indexOf(severity);
  const findings = all.toSorted((a, b) => rank(a) - rank(b)).slice(0, MAX_FINDINGS);
  return { findings, omitted: all.length - MAX_FINDINGS };
}

/** A finding of what a document says, each part only where it is what it has to be. */
export function finding(said: { readonly [Part in keyof PlacedFinding]: unknown }): PlacedFinding {
  const line = lineOf(said.line);
  const endLine = lineOf(said.endLine);
  return {
    text: nameOf(said.text, MAX_TEXT) ?? "something that has no text",
    ...partOf("file", nameOf(said.file, MAX_NAME)),
    ...partOf("line", line),
    ...partOf("endLine", line === undefined || endLine === line ? undefined : endLine),
    ...partOf(
      "severity",
      SEVERITIES.find((one) => one === said.severity),
    ),
    ...partOf("rule", nameOf(said.rule, MAX_NAME)),
  };
}

function partOf<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [N in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [N in Name]: Value });
}

function nameOf(value: unknown, maxChars: number): string | undefined {
  if (typeof value !== "string" || value.trim() === "") return undefined;
  return clip(value.trim(), maxChars);
}

function lineOf(value: unknown): number | undefined {
  const line = typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : value;
  return typeof line === "number" && Number.isSafeInteger(line) && line >= 1 ? line : undefined;
}
