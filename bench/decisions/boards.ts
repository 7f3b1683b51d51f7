import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import {
  settle,
  support,
  unanimous,
  type Comparator,
  type Resolver,
  type Verdict,
} from "../../src/index.ts";
import {
  learn,
  learnFindings,
  reliability,
  type RecordedReview,
  learnedSupport,
} from "../../src/learning/index.ts";
import { lines } from "./data.ts";
import { seeded } from "./random.ts";
import type { Figures, Section, SetResult } from "./section.ts";

/** One pull request with its reviewers' findings. */
export interface Pull {
  readonly pull: string;
  readonly repo: string;
  readonly issues: number;
  /** A text with several issues occurs once for each. */
  readonly findings: readonly Labelled[];
}

interface Labelled {
  readonly agent: string;
  readonly text: string;
  /** The verified issue that it describes. */
  readonly issue: number | null;
}

export interface Score {
  readonly right: number;
  readonly kept: number;
  readonly issues: number;
}

/** How a pull request's findings were settled: which texts are kept. */
type Method = (pull: Pull) => Promise<readonly string[]>;

export const FOLDER = "code-review";

const SEED = 1;
const RESAMPLES = { full: 10_000, quick: 500 } as const;
const TAIL = 0.05;

/** Boards of code reviewers: what each finds, and what the library decides. */
export const boards: Section = async (folders, { fit, quick }) => {
  const sets: Record<string, SetResult> = {};
  const names = new Set(folders.flatMap(({ dir }) => labelFiles(dir)));
  for (const name of [...names].sort()) {
    const here = folders.flatMap(({ dir }) => pullsOf(dir, name));
    const isHere = fit === undefined || folders.some(({ dir }) => dir === fit.dir);
    const resamples = RESAMPLES[quick ? "quick" : "full"];
    sets[`${FOLDER}, labels of ${name}`] = await scored(
      here,
      isHere ? [] : pullsOf(fit.dir, name),
      resamples,
    );
  }
  if (Object.keys(sets).length === 0) return undefined;
  return {
    title: "which of the reviewers' findings stand, against verified issues",
    notes: [
      "A kept text is right if it is labelled with an issue that no kept one had before.",
      "above: the F1 less that of the best reviewer, who is known by an oracle.",
      "low, high: 90 % interval of above, by a bootstrap over the pull requests.",
      "other repos: learned from the other repositories than the one that is scored.",
      "The files list what is right first: nothing here looks at their order.",
    ],
    sets,
    decimals: { kept: 0 },
  };
};

export function labelFiles(dir: string): readonly string[] {
  const folder = join(dir, FOLDER);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((file) => /^code-review\.(.+)\.pulls\.jsonl$/.exec(file)?.[1] ?? [])
    .sort();
}

export function pullsOf(dir: string, name: string): readonly Pull[] {
  const file = (what: string): string => join(dir, FOLDER, `code-review.${name}.${what}.jsonl`);
  if (!existsSync(file("pulls"))) return [];
  const findings = Map.groupBy(
    lines<Labelled & { readonly pull: string }>(file("findings")),
    ({ pull }) => pull,
  );
  type Listed = Pick<Pull, "pull" | "repo"> & { readonly issues: readonly unknown[] };
  return lines<Listed>(file("pulls")).map(({ pull, repo, issues }) => ({
    pull,
    repo,
    issues: issues.length,
    findings: (findings.get(pull) ?? []).toSorted((a, b) =>
      a.text < b.text ? -1 : a.text > b.text ? 1 : a.agent < b.agent ? -1 : 1,
    ),
  }));
}

async function scored(
  pulls: readonly Pull[],
  elsewhere: readonly Pull[],
  resamples: number,
): Promise<SetResult> {
  const agents = reviewersOf(pulls);
  const scores = new Map<string, readonly Score[]>();
  const run = async (name: string, method: Method): Promise<void> => {
    scores.set(name, await Promise.all(pulls.map(async (p) => score(await method(p), p))));
  };
  const board =
    (chain: (pull: Pull) => readonly Resolver[] | undefined): Method =>
    async (pull) =>
      standing(await settled(pull, agents, chain(pull)));

  for (const agent of agents) await run(agent, async ({ findings }) => textsOf(findings, agent));
  const [best = []] = [...scores.values()].sort((a, b) => f1(sum(b)) - f1(sum(a)));
  await run("union of all reviewers", async ({ findings }) => textsOf(findings));
  await run(
    "default chain",
    board(() => undefined),
  );
  for (const atLeast of [2, 3, 4]) {
    await run(
      `support of ${atLeast}`,
      board(() => [unanimous(), support({ atLeast })]),
    );
  }
  const learners: Readonly<Record<string, (from: readonly Recorded[]) => Resolver>> = {
    "learned findings": (from) => learnedSupport({ learned: learnFindings(from.map(asReview)) }),
    reliability: (from) => reliability({ findings: learn(...asVotes(from)) }),
  };
  const here = await Promise.all(pulls.map((pull) => record(pull, agents)));
  const repos = [...new Set(pulls.map(({ repo }) => repo))];
  for (const [name, learner] of Object.entries(learners)) {
    if (repos.length > 1) {
      const resolvers = new Map(
        repos.map((repo) => [repo, learner(here.filter(({ pull }) => pull.repo !== repo))]),
      );
      const chain = ({ repo }: Pull): readonly Resolver[] => [
        unanimous(),
        resolvers.get(repo) ?? support(),
      ];
      await run(`${name}, other repos`, board(chain));
    }
    if (elsewhere.length > 0) {
      const names = reviewersOf(elsewhere);
      const there = await Promise.all(elsewhere.map((pull) => record(pull, names)));
      const resolver = learner(there);
      await run(
        `${name}, --fit`,
        board(() => [unanimous(), resolver]),
      );
    }
  }
  await run("oracle: the right groups", async (pull) => {
    const { findings } = here.find((recorded) => recorded.pull === pull) ?? { findings: [] };
    return findings.filter(({ right }) => right).map(({ verdict }) => verdict.subject);
  });
  return Object.fromEntries(
    [...scores].map(([name, found]) => [
      name,
      { ...figures(sum(found), f1(sum(best))), ...interval(found, best, resamples) },
    ]),
  );
}

export function reviewersOf(pulls: readonly Pull[]): readonly string[] {
  return [...new Set(pulls.flatMap(({ findings }) => findings.map(({ agent }) => agent)))].sort();
}

function textsOf(findings: readonly Labelled[], agent?: string): readonly string[] {
  const own = findings.filter((finding) => agent === undefined || finding.agent === agent);
  return [...new Set(own.map(({ text }) => text))];
}

/** Every reviewer looked at every pull request. */
export async function settled(
  { findings }: Pull,
  answered: readonly string[],
  resolve: readonly Resolver[] | undefined,
  similar?: Comparator,
): Promise<readonly Verdict[]> {
  return settle([], {
    findings,
    answered,
    ...(resolve !== undefined && { resolve }),
    ...(similar !== undefined && { similar }),
  });
}

export function standing(verdicts: readonly Verdict[]): readonly string[] {
  return verdicts.filter(({ winner }) => winner === "present").map(({ subject }) => subject);
}

/** The truths about the groups of a pull request's findings, the best supported first. */
interface Recorded {
  readonly pull: Pull;
  readonly findings: readonly { readonly verdict: Verdict; readonly right: boolean }[];
  readonly missed: number;
}

async function record(pull: Pull, answered: readonly string[]): Promise<Recorded> {
  const verdicts = await settled(pull, answered, undefined);
  const rights = rightOnes(
    verdicts.map(({ subject }) => subject),
    pull,
  );
  const findings = verdicts.map((verdict, i) => ({ verdict, right: rights[i] ?? false }));
  return { pull, findings, missed: pull.issues - rights.filter(Boolean).length };
}

function reportersOf({ positions }: Verdict): readonly string[] {
  const present = positions.find(({ value }) => value === "present");
  return (present?.heldBy ?? []).map(({ agent }) => agent);
}

function asReview({ findings, missed }: Recorded): RecordedReview {
  return {
    missed,
    findings: findings.map(({ verdict, right }) => ({
      text: verdict.subject,
      reportedBy: reportersOf(verdict),
      right,
    })),
  };
}

function asVotes(from: readonly Recorded[]): Parameters<typeof learn> {
  const all = from.flatMap(({ pull, findings }) =>
    findings.map(({ verdict, right }, i) => ({ subject: `${pull.pull} ${i}`, verdict, right })),
  );
  const votes = all.flatMap(({ subject, verdict }) =>
    verdict.positions.flatMap(({ value, heldBy }) =>
      heldBy.map(({ agent }) => ({ agent, subject, position: value })),
    ),
  );
  const truths = all.map(({ subject, right }) => ({
    subject,
    position: right ? "present" : "absent",
  }));
  return [votes, { labels: "fixed", truths }];
}

/** By kept text, whether it describes an issue that no earlier one did. */
function rightOnes(kept: readonly string[], { findings }: Pull): readonly boolean[] {
  const issuesOf = Map.groupBy(findings, ({ text }) => text);
  const had = new Set<number>();
  return kept.map((text) => {
    const issue = (issuesOf.get(text) ?? [])
      .flatMap((finding) => finding.issue ?? [])
      .sort((a, b) => a - b)
      .find((id) => !had.has(id));
    if (issue === undefined) return false;
    had.add(issue);
    return true;
  });
}

export function score(kept: readonly string[], pull: Pull): Score {
  const right = rightOnes(kept, pull).filter(Boolean).length;
  return { right, kept: kept.length, issues: pull.issues };
}

export function sum(scores: readonly Score[]): Score {
  const total = (of: (one: Score) => number): number => scores.reduce((all, s) => all + of(s), 0);
  return {
    right: total((s) => s.right),
    kept: total((s) => s.kept),
    issues: total((s) => s.issues),
  };
}

export function f1({ right, kept, issues }: Score): number {
  return kept + issues === 0 ? 0 : (2 * right) / (kept + issues);
}

function figures(found: Score, best: number): Figures {
  const { right, kept, issues } = found;
  return {
    precision: kept === 0 ? null : right / kept,
    recall: issues === 0 ? null : right / issues,
    f1: f1(found),
    above: f1(found) - best,
    kept,
  };
}

/** How the F1 above another one's varies over draws of as many pull requests, with repetition. */
function interval(
  found: readonly Score[],
  best: readonly Score[],
  resamples: number,
): { readonly low: number; readonly high: number } {
  const random = seeded(SEED);
  const above = Array.from({ length: resamples }, () => {
    const drawn = found.map(() => Math.floor(random() * found.length));
    const of = (scores: readonly Score[]): number =>
      f1(sum(drawn.flatMap((index) => scores[index] ?? [])));
    return of(found) - of(best);
  }).sort((a, b) => a - b);
  const at = (share: number): number => above[Math.floor(share * (resamples - 1))] ?? 0;
  return { low: at(TAIL), high: at(1 - TAIL) };
}
