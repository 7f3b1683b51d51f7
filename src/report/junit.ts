import type { Notice } from "../model/notices.ts";
import { plain } from "../model/text.ts";
import type { ReportAgent } from "./report-agent.ts";
import { placeOf, type ReportFinding } from "./report-finding.ts";
import type { Report, ReportVerdict } from "./report.ts";
import { unclearWords } from "./unclear.ts";

/** One case of a suite. */
interface TestCase {
  readonly name: string;
  readonly seconds: number;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly result?: {
    readonly kind: "failure" | "error" | "skipped";
    readonly type: string;
    readonly message: string;
    readonly text: string;
  };
}

/**
 * A report as JUnit XML, in four suites: each agent is a case, which has an error where it failed; each verdict is one, which failed where nothing was
 * decided or the gate does not let it pass, and so is the gate where nobody can tell whether it passes; each notice is one, which failed where it warns; and each finding that stands is a failure, with its file and line.
 */
export function junit(report: Report): string {
  const name = report.team?.name ?? "quorate";
  const standing = report.findings.filter(({ stands }) => stands === true);
  const suites = [
    suite(`${name}: agents`, report, report.agents.map(agentCase)),
    suite(`${name}: verdicts`, report, [
      ...report.verdicts.map((verdict) => verdictCase(verdict, report)),
      ...gateCases(report),
    ]),
    suite(`${name}: notices`, report, report.notices.map(noticeCase)),
    suite(`${name}: findings`, report, standing.map(findingCase)),
  ];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: `quorate ${name}` })}>`,
    ...suites.flat(),
    "</testsuites>",
    "",
  ].join("\n");
}

function agentCase({ agent, status, durationMs, detail }: ReportAgent): TestCase {
  const base = { name: agent, seconds: durationMs / 1000 };
  if (status === "ok") return base;
  const message = detail ?? status;
  const kind = status === "failed" ? "error" : "skipped";
  return { ...base, result: { kind, type: status, message, text: message } };
}

function verdictCase(verdict: ReportVerdict, { against }: Report): TestCase {
  const { subject, status, winner, reasoning, team } = verdict;
  const base = { name: subject, seconds: 0 };
  if (winner !== null) {
    if (team !== undefined || !against.includes(subject)) return base;
    const message = `${JSON.stringify(winner)} does not pass`;
    return { ...base, result: { kind: "failure", type: "gate", message, text: reasoning } };
  }
  const kind = status === "waiting" ? "skipped" : "failure";
  const message = `no winner: ${status}`;
  return { ...base, result: { kind, type: status, message, text: reasoning } };
}

function gateCases({ unclear = [], verdicts }: Report): readonly TestCase[] {
  if (unclear.length === 0) return [];
  const why = unclearWords(unclear, verdicts, (subject) => subject);
  const message = `nobody can tell whether it passes: ${why}`;
  return [
    { name: "gate", seconds: 0, result: { kind: "failure", type: "gate", message, text: message } },
  ];
}

function noticeCase({ code, level, message, team }: Notice): TestCase {
  const base = { name: team === undefined ? code : `${team}: ${code}`, seconds: 0 };
  if (level === "info") return base;
  return { ...base, result: { kind: "failure", type: code, message, text: message } };
}

function findingCase(finding: ReportFinding): TestCase {
  const { text, file, line, severity, rule, category, suggestion, reportedBy } = finding;
  const place = placeOf(finding);
  const details = Object.entries({ place, severity, rule, category, suggestion })
    .flatMap(([what, said]) => (said === undefined || said === "" ? [] : [`${what}: ${said}`]))
    .join("\n");
  return {
    name: place === "" ? text : `${place}: ${text}`,
    seconds: 0,
    file,
    line,
    result: {
      kind: "failure",
      type: severity ?? "finding",
      message: text,
      text: `${text}\n${details}\nreported by: ${reportedBy.join(", ")}`,
    },
  };
}

function suite(name: string, report: Report, cases: readonly TestCase[]): readonly string[] {
  const of = (kind: string): number => cases.filter(({ result }) => result?.kind === kind).length;
  const started =
    report.startedAtMs === null ? undefined : new Date(report.startedAtMs).toISOString();
  const counts = {
    name,
    tests: cases.length,
    failures: of("failure"),
    errors: of("error"),
    skipped: of("skipped"),
    time: seconds(cases.reduce((sum, { seconds: each }) => sum + each, 0)),
    timestamp: started,
  };
  return [
    `  <testsuite${attributes(counts)}>`,
    ...cases.flatMap((one) => caseLines(one, name)),
    "  </testsuite>",
  ];
}

function caseLines(
  { name, seconds: took, file, line, result }: TestCase,
  suiteName: string,
): string[] {
  const opening = `    <testcase${attributes({ name, classname: suiteName, time: seconds(took), file, line })}`;
  if (result === undefined) return [`${opening}/>`];
  const { kind, type, message, text } = result;
  const said = kind === "skipped" ? { message } : { type, message };
  return [
    `${opening}>`,
    `      <${kind}${attributes(said)}>${xmlText(text)}</${kind}>`,
    "    </testcase>",
  ];
}

function seconds(value: number): string {
  return value.toFixed(3);
}

function attributes(values: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(values)
    .flatMap(([name, value]) =>
      value === undefined ? [] : [` ${name}="${xmlAttribute(String(value))}"`],
    )
    .join("");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  // As they are they would become spaces in an attribute.
  "\t": "&#9;",
  "\n": "&#10;",
};

/** A text of others in XML. `plain` takes out whatever XML 1.0 has no place for, too. */
function xmlText(text: string): string {
  return plain(text).replaceAll(/[&<>]/g, (character) => ENTITIES[character] ?? character);
}

function xmlAttribute(text: string): string {
  return plain(text).replaceAll(/[&<>"\t\n]/g, (character) => ENTITIES[character] ?? character);
}
