// The last but one step of the action: writes the report as a comment on the pull request, replacing its earlier comment. Loads only Node's modules. If it may
// not write, as for a pull request from a fork, it says so and lets the job continue.

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const { env } = process;
const TIMEOUT_MS = 30_000;
const PAGES = 30;
const PER_PAGE = 100;

/** Identifies this team's comment; it is invisible. */
const id = [env["GITHUB_WORKFLOW"], env["GITHUB_JOB"], env["QUORATE_TEAM"]].join("\n");
const mark = `<!-- quorate ${createHash("sha256").update(id).digest("hex").slice(0, 16)} -->`;

/**
 * @param {string} path
 * @param {string} method
 * @param {object} [body]
 * @returns {Promise<unknown>}
 */
async function ask(path, method, body) {
  const answer = await fetch(`${env["GITHUB_API_URL"] || "https://api.github.com"}${path}`, {
    method,
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${env["QUORATE_TOKEN"] ?? ""}`,
      "content-type": "application/json",
      "user-agent": "quorate",
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!answer.ok) throw new Error(`${method} ${path} was answered with ${answer.status}`);
  return answer.json();
}

/**
 * The comment that this action wrote before. Anybody can write its mark, so only a bot's comment counts.
 *
 * @param {string} comments
 * @returns {Promise<number | undefined>}
 */
async function before(comments) {
  for (let page = 1; page <= PAGES; page++) {
    const listed = await ask(`${comments}?per_page=${PER_PAGE}&page=${page}`, "GET");
    if (!Array.isArray(listed)) return undefined;
    const own = listed.find(
      ({ body, user }) => user?.type === "Bot" && String(body).startsWith(mark),
    );
    if (own !== undefined) return own.id;
    if (listed.length < PER_PAGE) return undefined;
  }
  return undefined;
}

async function main() {
  const file = join(env["QUORATE_REPORTS"] ?? "", "report.md");
  const event = JSON.parse(readFileSync(env["GITHUB_EVENT_PATH"] ?? "", "utf8"));
  const number = Number(event.pull_request?.number);
  const repository = `/repos/${env["GITHUB_REPOSITORY"] ?? ""}`;
  if (!existsSync(file) || !Number.isSafeInteger(number)) return;
  const body = `${mark}\n${readFileSync(file, "utf8")}`;
  const comments = `${repository}/issues/${number}/comments`;
  const known = await before(comments);
  if (known === undefined) await ask(comments, "POST", { body });
  else await ask(`${repository}/issues/comments/${known}`, "PATCH", { body });
}

try {
  await main();
} catch (error) {
  const why = error instanceof Error ? error.message : String(error);
  const line = why.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  console.log(
    `::warning::The pull request has no comment: ${line}. A comment needs pull-requests: write, which forks do not get.`,
  );
}
