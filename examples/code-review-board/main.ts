import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { cancelOnSignals, finish, safeText, showProgress, terminal, wrap } from "quorate/cli";
import { htmlPage } from "quorate/report";
import { boardReview, boardScore, reviewerScore } from "./board.ts";
import { diffOf, installed, liveBoard, livePage } from "./live.ts";
import { heading, reviewPage } from "./page.ts";
import { pullRequest, pullRequests, type PullRequest } from "./pulls.ts";
import { total } from "./score.ts";
import { scoreTable } from "./table.ts";
import team from "./team.ts";

const USAGE = `Twelve recorded code reviewers review a real pull request;
the board keeps what a third of them report.

  npm start                      on the first pull request
  npm start -- --pull 5          on another one, 1 to ${pullRequests.length}
  npm start -- --list            which there are
  npm start -- --all-findings    with the findings that were left out
  npm start -- --all             on all, scored against what people verified
  npm start -- --fast            without the pretended thinking time
  npm start -- --live            your own change (git diff) by the coding
                                 agents that are installed; --diff FILE or
                                 --diff - for another, --with claude,codex
                                 for some of them
`;

/** The page of the last review, beside the log. */
const PAGE = "quorate.html";

const screen = terminal();
using stop = cancelOnSignals();

async function reviewOne(number: number, fast: boolean, allFindings: boolean): Promise<void> {
  const pull = pullRequest(number);
  screen.print(...heading(pull, screen));
  const run = team.stream({ pull: number, fast }, { signal: stop.signal });
  const outcome = await showProgress(run, {
    terminal: screen,
    verdicts: false,
    signal: stop.signal,
  });
  writeFileSync(PAGE, htmlPage(await team.backend.store.read(outcome.runId)));
  screen.print(...reviewPage(pull, outcome, screen, allFindings, PAGE));
}

async function reviewAll(fast: boolean): Promise<void> {
  screen.print(
    screen.style("title", `Twelve code reviewers, ${pullRequests.length} pull requests`),
    "",
  );
  const tasks = pullRequests.map((_, index) => ({ pull: index + 1, fast }));
  const boards = [];
  for await (const done of team.runMany(tasks, { signal: stop.signal })) {
    if ("error" in done) throw done.error;
    const pull = pullRequest(done.index + 1);
    const review = boardReview(done.outcome);
    const { right, missed } = boardScore(review, pull);
    boards.push(boardScore(review, pull));
    screen.print(
      ...titleLines(pull, done.index),
      screen.style(
        "quiet",
        `   ${review.standing.length + review.leftOut.length} different findings, ${review.standing.length} stand; ${right} of ${right + missed} verified issues found`,
      ),
    );
  }
  const rows = Object.keys(team.agents).map((name) => ({
    name,
    isBoard: false,
    score: total(pullRequests.map((pull) => reviewerScore(name, pull))),
  }));
  screen.print(
    "",
    screen.style("title", "Against the issues that people verified"),
    ...scoreTable([{ name: "the board", isBoard: true, score: total(boards) }, ...rows], screen),
    "",
    ...wrap(
      "A finding is right when it describes a verified issue that none before it did. Six pull requests are a demonstration, not a measurement: the data's README says where they come from.",
      screen.columns,
    ).map((line) => screen.style("quiet", line)),
  );
}

async function reviewLive(diff: string, names: readonly string[]): Promise<void> {
  if (names.length === 0) {
    const how = "install claude, codex, gemini or opencode, or name one: --with claude";
    throw new RangeError(`No coding agent is on your path; ${how}.`);
  }
  screen.print(screen.style("title", `${names.join(", ")}: one change`), "");
  const run = liveBoard(names).stream({ diff: diffOf(diff) } as never, { signal: stop.signal });
  const outcome = await showProgress(run, {
    terminal: screen,
    verdicts: false,
    signal: stop.signal,
  });
  screen.print(...livePage(outcome, screen));
}

function titleLines({ repo, title }: PullRequest, index: number): string[] {
  return wrap(`${index + 1}. ${repo}: ${safeText(title)}`, screen.columns, { rest: "   " });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      pull: { type: "string", default: "1" },
      list: { type: "boolean", default: false },
      all: { type: "boolean", default: false },
      "all-findings": { type: "boolean", default: false },
      fast: { type: "boolean", default: false },
      live: { type: "boolean", default: false },
      diff: { type: "string", default: "" },
      with: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) screen.print(USAGE.trimEnd());
  else if (values.list) screen.print(...pullRequests.flatMap(titleLines));
  else if (values.live) await reviewLive(values.diff, values.with?.split(",") ?? installed());
  else if (values.all) await reviewAll(values.fast);
  else await reviewOne(Number(values.pull), values.fast, values["all-findings"]);
}

let exitCode = 0;
try {
  await main();
} catch (error) {
  const calledWrongly = error instanceof TypeError || error instanceof RangeError;
  const help = error instanceof TypeError ? " (npm start -- --help says what there is)" : "";
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${safeText(message)}${help}\n`);
  exitCode = stop.exitCode ?? (calledWrongly ? 2 : 1);
}
await team.backend.store.close();
await finish(exitCode);
