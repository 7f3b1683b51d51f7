import type { Outcome } from "quorate";
import { clip, pad, safeText, shortId, wrap, type Terminal } from "quorate/cli";
import { boardMatches, boardReview, boardScore, type BoardFinding } from "./board.ts";
import { pullRequests, type PullRequest } from "./pulls.ts";
import type { Match } from "./score.ts";

const INDENT = "     ";
const COMMAND_COLUMNS = 38;

/** The lines above the progress: which pull request this is. */
export function heading(pull: PullRequest, screen: Terminal): string[] {
  return [
    screen.style("title", "Twelve code reviewers, one pull request"),
    ...wrap(`${pull.repo}: ${safeText(pull.title)}`, screen.columns),
    screen.style("quiet", pull.pull),
    "",
  ];
}

/** The lines below it: the board's review, its confidence, and how it compares with the verified issues. */
export function reviewPage(
  pull: PullRequest,
  outcome: Outcome,
  screen: Terminal,
  allFindings: boolean,
  file: string,
): string[] {
  const review = boardReview(outcome);
  const { standing, leftOut } = review;
  const matches = boardMatches(review, pull);
  const { right, falseAlarms, missed } = boardScore(review, pull);
  const number = pullRequests.indexOf(pull) + 1;
  const which = number === 1 ? "" : `--pull ${number} `;
  const title = (text: string): string[] => ["", screen.style("title", text)];
  const prose = (text: string): string[] => wrap(text, screen.columns, { first: "  " });
  const quiet = (text: string): string[] => prose(text).map((line) => screen.style("quiet", line));
  return [
    ...title("Where they disagree"),
    ...prose(disagreement(pull, [...standing, ...leftOut])),
    ...title(
      `The board's review: ${plural(standing.length, "finding")} stand${standing.length === 1 ? "s" : ""}`,
    ),
    ...quiet(
      "What a third of them report stands. The confidence comes from how many report it, by Laplace's rule of succession, and not from what a model says of itself.",
    ),
    ...standing.flatMap((finding, index) => [
      "",
      ...findingLines(finding, index + 1, screen),
      ...matchLines(matches, index, pull, screen),
    ]),
    ...(allFindings
      ? [
          ...title("Left out, reported by fewer"),
          ...leftOut.flatMap((each) => leftOutLines(each, screen)),
        ]
      : []),
    ...title("Against what people verified"),
    ...prose(
      `${right} of ${plural(right + missed, "verified issue")} found, ${plural(falseAlarms, "false alarm")}.`,
    ),
    ...title("The log"),
    ...prose(`Every event of this run is in quorate.db, as run ${outcome.runId}.`),
    ...prose(`Its page is ${file}: open it in a browser.`),
    ...title("Next"),
    ...(allFindings || leftOut.length === 0
      ? []
      : [
          command(
            `npm start -- ${which}--all-findings`,
            `the ${leftOut.length} that were left out`,
            screen,
          ),
        ]),
    command("npm start -- --all", "everybody scored, on all six", screen),
    command(`npx quorate show ${shortId(outcome.runId)}`, "this run again, from its log", screen),
    command(
      `npx quorate explain ${shortId(outcome.runId)}`,
      "who said what, and why it stands",
      screen,
    ),
  ];
}

function disagreement(pull: PullRequest, findings: readonly BoardFinding[]): string {
  const written = Object.values(pull.findings).flat().length;
  const byAll = findings.filter(({ notBy }) => notBy.length === 0).length;
  const alone = findings.filter(({ reportedBy }) => reportedBy.length === 1).length;
  return `They wrote ${plural(written, "finding")}: ${findings.length} different things, grouped by what the texts say. ${byAll === 0 ? "None" : byAll} of these ${byAll > 1 ? "were" : "was"} reported by all, ${alone} by one reviewer alone.`;
}

function findingLines(
  { text, reportedBy, notBy, verdict }: BoardFinding,
  place: number,
  screen: Terminal,
): string[] {
  const asked = reportedBy.length + notBy.length;
  const dots = "●".repeat(reportedBy.length) + "○".repeat(notBy.length);
  const confidence = `confidence ${verdict.confidence.toFixed(2)} (${safeText(verdict.confidenceFrom)})`;
  const head = wrap(`${dots} ${reportedBy.length} of ${asked}, ${confidence}`, screen.columns, {
    first: ` ${pad(`${place}.`, 3)} `,
  });
  return [
    ...head.map((line) => line.replace(dots, screen.style("good", dots))),
    ...wrap(safeText(text), screen.columns, { first: INDENT }),
    ...names("reported by", reportedBy, screen),
    ...names("not by", notBy, screen),
  ];
}

function names(label: string, agents: readonly string[], screen: Terminal): string[] {
  if (agents.length === 0) return [];
  return wrap(agents.map(safeText).join(", "), screen.columns, {
    first: `${INDENT}${pad(label, 13)}`,
  }).map((line) => screen.style("quiet", line));
}

function matchLines(
  matches: readonly Match[],
  index: number,
  pull: PullRequest,
  screen: Terminal,
): string[] {
  const { issue, right } = matches[index] ?? { issue: null, right: false };
  if (issue === null) return [screen.style("warn", `${INDENT}✗ not among the verified issues`)];
  const severity = pull.issues.find(({ id }) => id === issue)?.severity ?? "unknown";
  if (right)
    return [screen.style("good", `${INDENT}✔ verified by people, severity ${safeText(severity)}`)];
  const before = matches.findIndex((other) => other.issue === issue) + 1;
  return [screen.style("warn", `${INDENT}✗ the same verified issue as ${before}.`)];
}

function leftOutLines({ text, reportedBy }: BoardFinding, screen: Terminal): string[] {
  const who = reportedBy.map(safeText).join(", ");
  return wrap(`${safeText(text)} (${who})`, screen.columns, { first: "  - " });
}

function command(line: string, what: string, screen: Terminal): string {
  const room = screen.columns - COMMAND_COLUMNS - 2;
  return `  ${pad(line, COMMAND_COLUMNS)}${screen.style("quiet", clip(what, room))}`.trimEnd();
}

function plural(many: number, one: string): string {
  return `${many} ${one}${many === 1 ? "" : "s"}`;
}
