import type { Outcome } from "quorate";
import { pad, safeText, wrap, type Terminal } from "quorate/cli";
import { boardReview, boardScore, severityOf, type BoardFinding } from "./board.ts";
import type { PullRequest } from "./pulls.ts";

/** What stands above the progress: which pull request this is. */
export function heading(pull: PullRequest, screen: Terminal): string[] {
  return [
    screen.style("title", "Twelve code reviewers, one pull request"),
    ...wrap(`${pull.repo}: ${safeText(pull.title)}`, screen.columns),
    screen.style("quiet", pull.pull),
    "",
  ];
}

/** What stands below it: the board's review, how sure it is, and how it compares with what people verified. */
export function reviewPage(
  pull: PullRequest,
  outcome: Outcome,
  screen: Terminal,
  allFindings: boolean,
): string[] {
  const { standing, leftOut } = boardReview(outcome);
  const reported = Object.values(outcome.results).flatMap(({ status, ...result }) =>
    status === "ok" && "output" in result ? (result.output as { findings: string[] }).findings : [],
  ).length;
  const different = standing.length + leftOut.length;
  const contested = outcome.conflicts.length;
  const { right, falseAlarms, missed } = boardScore({ standing, leftOut }, pull);
  return [
    "",
    screen.style("title", "Where they disagree"),
    ...wrap(
      `${plural(reported, "finding")} came in. Grouped by what they say they are ${different} different ones, and on ${contested === different ? "every one" : `${contested}`} of these some report what others do not.`,
      screen.columns,
      { first: "  " },
    ),
    "",
    screen.style(
      "title",
      `The board's review: ${standing.length === 1 ? "1 finding stands" : `${standing.length} findings stand`}`,
    ),
    ...standing.flatMap((finding, index) => findingLines(finding, index + 1, pull, screen)),
    "",
    ...wrap(leftOutSentence(leftOut.length, allFindings), screen.columns, { first: "  " }),
    ...(allFindings ? leftOut.flatMap((finding) => leftOutLines(finding, screen)) : []),
    "",
    screen.style("title", "Against what people verified"),
    ...wrap(
      `${right} of ${plural(right + missed, "verified issue")} found, ${plural(falseAlarms, "false alarm")}. npm start -- --all compares the board with each reviewer.`,
      screen.columns,
      { first: "  " },
    ),
    "",
    screen.style("title", "Look again"),
    `  npx quorate show ${outcome.runId}`,
    `  npx quorate explain ${outcome.runId}`,
  ];
}

function findingLines(
  { text, reportedBy, notBy, verdict }: BoardFinding,
  place: number,
  pull: PullRequest,
  screen: Terminal,
): string[] {
  const asked = reportedBy.length + notBy.length;
  const bar = "●".repeat(reportedBy.length) + "○".repeat(notBy.length);
  const sure = `confidence ${verdict.confidence.toFixed(2)} (${safeText(verdict.confidenceFrom)})`;
  const severity = severityOf(text, pull);
  const names = (label: string, agents: readonly string[]): string[] =>
    agents.length === 0
      ? []
      : wrap(agents.map(safeText).join(", "), screen.columns, {
          first: `     ${pad(label, 11)}`,
        }).map((line) => screen.style("quiet", line));
  return [
    "",
    ` ${String(place).padStart(2)}. ${screen.style("good", bar)} ${reportedBy.length} of ${asked}, ${sure}`,
    ...wrap(safeText(text), screen.columns, { first: "     " }),
    ...names("reported by", reportedBy).map((line) => line.replace("reported by", "reported by ")),
    ...names("not by", notBy),
    severity === undefined
      ? `     ${screen.style("warn", "not among the issues that people verified")}`
      : `     ${screen.style("good", `✔ verified by people, severity ${safeText(severity)}`)}`,
  ];
}

function leftOutSentence(many: number, listed: boolean): string {
  if (many === 0) return "Nothing was left out.";
  const were = many === 1 ? "1 other finding was" : `${many} other findings were`;
  return listed
    ? `${were} reported by fewer than three, and left out:`
    : `${were} reported by fewer than three, and left out; npm start -- --all-findings lists ${many === 1 ? "it" : "them"}.`;
}

function leftOutLines({ text, reportedBy }: BoardFinding, screen: Terminal): string[] {
  return wrap(`${safeText(text)} (${reportedBy.map(safeText).join(", ")})`, screen.columns, {
    first: "   - ",
    rest: "     ",
  }).map((line) => screen.style("quiet", line));
}

function plural(many: number, one: string): string {
  return `${many} ${one}${many === 1 ? "" : "s"}`;
}
