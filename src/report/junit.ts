import type { Notice } from "../model/notices.ts";
import { junitXml, type TestCase } from "./junit-xml.ts";
import type { ReportAgent } from "./report-agent.ts";
import { placeOf, type ReportFinding } from "./report-finding.ts";
import type { Report, ReportVerdict } from "./report.ts";
import { unclearWords } from "./unclear.ts";

/**
 * A report as JUnit XML, in four suites. Each agent is a case, with an error if it failed. Each verdict is a case, which fails if nothing was
 * decided or the gate does not let it pass; so is the gate itself if it is undecided. Each notice is a case, which fails if it is a warning. Each finding that stands is a failure, with its file and line.
 */
export function junit(report: Report): string {
  const name = report.team?.name ?? "quorate";
  const standing = report.findings.filter(({ stands }) => stands === true);
  const { startedAtMs } = report;
  const verdicts = report.verdicts.map((verdict) => verdictCase(verdict, report));
  return junitXml(`quorate ${name}`, [
    { name: `${name}: agents`, startedAtMs, cases: report.agents.map(agentCase) },
    { name: `${name}: verdicts`, startedAtMs, cases: [...verdicts, ...gateCases(report)] },
    { name: `${name}: notices`, startedAtMs, cases: report.notices.map(noticeCase) },
    { name: `${name}: findings`, startedAtMs, cases: standing.map(findingCase) },
  ]);
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
  const message = `the gate is undecided: ${why}`;
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
