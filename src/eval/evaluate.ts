import { readGiven } from "../check/given.ts";
import type { Checked } from "../check/options.ts";
import { shown } from "../check/shown.ts";
import { describeThrown, isSoundError, QuorateError } from "../model/errors.ts";
import { hear } from "../model/hear.ts";
import { isSupervisor, type Supervisor } from "../supervisor.ts";
import { compareWith } from "./eval-comparison.ts";
import { takeCase, type EvalCase, type TakenCase } from "./eval-case.ts";
import { checkId } from "./eval-id.ts";
import { EVAL, type EvalOptions } from "./eval-options.ts";
import { scoreOf } from "./eval-score.ts";
import type { EvaluatedCase, EvaluatedTeam, Evaluation } from "./evaluation.ts";
import { answersInFile, answersInMemory } from "./kept-answers.ts";
import { readEvaluation } from "./read-evaluation.ts";
import { runCases } from "./run-cases.ts";
import { sumSpent } from "./sum-spent.ts";

/** The part of a supervisor's type that an evaluation needs. */
export interface EvaluableTeam<Task> {
  readonly name: string;
  readonly run: (task: Task) => Promise<unknown>;
}

/** A supervisor, or several by their names in the evaluation. */
export type EvaluableTeams<Task> =
  | EvaluableTeam<Task>
  | Readonly<Record<string, EvaluableTeam<Task>>>;

/** More are refused, because an evaluation is held in memory. */
const MAX_CASES = 100_000;

/**
 * Gives cases to teams, and measures how often each is right, how well its confidence is calibrated, and what it costs. Recorded answers, from
 * the cases or from a file, are not asked for again; without `live` no agent is asked at all. Every case is a run of its own, in a store of this process
 * that is dropped: the team's own backend is not touched, and nothing is learned from it.
 *
 * Rejects with `BAD_OPTIONS` for invalid options or an invalid baseline, `INPUT_INVALID` for invalid cases and for two with one id,
 * `STORE_FAILED` if an answer cannot be kept, and with the reason of `signal`. A refused run is a case with the status `error`.
 */
export async function evaluate<Task>(
  teams: EvaluableTeams<Task>,
  cases: Iterable<EvalCase<NoInfer<Task>>> | AsyncIterable<EvalCase<NoInfer<Task>>>,
  given: EvalOptions = {},
): Promise<Evaluation> {
  const options = EVAL.of(given, "evaluate");
  const named = teamsIn(teams);
  const { baseline: before, answers: file, live, signal } = options;
  const baseline = before === undefined ? undefined : readEvaluation(before, "evaluate: baseline");
  const taken = await casesIn(cases);
  const answers = file === undefined ? answersInMemory() : answersInFile(file, live);
  const evaluated: EvaluatedTeam[] = [];
  try {
    // One after another, so that later teams use the first one's answers.
    for (const [name, team] of named) {
      signal?.throwIfAborted();
      const done = await runCases({ name, team, cases: taken, answers, options });
      evaluated.push(teamOf(name, team, done, baseline));
    }
  } finally {
    answers.close();
  }
  return {
    schema: "quorate-eval/1",
    atMs: Date.now(),
    cases: taken.length,
    teams: evaluated,
    ...judged(evaluated, options),
  };
}

function teamOf(
  name: string,
  { version }: Supervisor,
  cases: readonly EvaluatedCase[],
  baseline: Evaluation | undefined,
): EvaluatedTeam {
  const before = baseline?.teams.find((one) => one.name === name);
  const sum = (of: (one: EvaluatedCase) => number): number =>
    cases.reduce((total, one) => total + of(one), 0);
  return {
    name,
    version: version ?? null,
    score: scoreOf(cases),
    calls: sum(({ calls }) => calls),
    asked: sum(({ asked }) => asked),
    spent: sumSpent(cases.map(({ spent }) => spent)),
    incomplete: sum(({ status }) => (status === "complete" ? 0 : 1)),
    unrecorded: sum(({ unrecorded }) => unrecorded.length),
    cases,
    comparison: before === undefined ? null : compareWith({ cases }, before),
  };
}

/** Whether the first team passes, and why not. */
function judged(
  [first]: readonly EvaluatedTeam[],
  { baseline, tolerate, minAccuracy }: Checked<typeof EVAL>,
): Pick<Evaluation, "passed" | "against"> {
  const against: string[] = [];
  const { comparison, score } = first ?? {};
  if (baseline !== undefined && first !== undefined && comparison === null) {
    const names = Object(baseline)
      .teams.map(({ name }: EvaluatedTeam) => `"${name}"`)
      .join(", ");
    against.push(`the baseline has no team "${first.name}"; it has ${names}`);
  }
  const lost = comparison?.regressions.length ?? 0;
  if (lost > tolerate) {
    const allowed = tolerate === 0 ? "none may be" : `${tolerate} may be`;
    against.push(
      `${lost} of ${comparison?.truths} truths were right in the baseline and are not now; ${allowed}`,
    );
  }
  if (minAccuracy !== undefined && score !== undefined && score.accuracy.value < minAccuracy) {
    against.push(
      `${score.right} of ${score.truths} truths are right, which is less than ${minAccuracy}`,
    );
  }
  const asked = baseline !== undefined || minAccuracy !== undefined;
  return { passed: asked ? against.length === 0 : null, against };
}

function teamsIn(given: unknown): readonly (readonly [string, Supervisor])[] {
  return readGiven("evaluate: teams", given, () => {
    if (isSupervisor(given)) return [[given.name, given]];
    const named =
      typeof given === "object" && given !== null && !Array.isArray(given)
        ? Object.entries(given)
        : [];
    if (named.length === 0) {
      throw new QuorateError(
        "BAD_OPTIONS",
        `evaluate is given ${shown(given)}; give a supervisor, or several as { name: supervisor }`,
      );
    }
    return named.map(([name, team]) => {
      if (isSupervisor(team)) return [checkId(name, "evaluate: the name of a team"), team];
      throw new QuorateError(
        "BAD_OPTIONS",
        `evaluate: ${name} is ${shown(team)}; give a supervisor`,
      );
    });
  });
}

async function casesIn(given: unknown): Promise<readonly TakenCase[]> {
  const taken: TakenCase[] = [];
  const byId = new Map<string, number>();
  for await (const one of casesOf(given)) {
    const place = taken.length;
    if (place === MAX_CASES) {
      throw new QuorateError("INPUT_INVALID", `there are more than ${MAX_CASES} cases; split them`);
    }
    const where = `case ${place + 1}`;
    const made = readGiven(where, one, () => takeCase(one, where));
    const before = byId.get(made.id);
    if (before !== undefined) {
      throw new QuorateError(
        "INPUT_INVALID",
        `case ${place + 1} has the id "${made.id}" of case ${before + 1}; give each an id of its own, and each task once`,
      );
    }
    byId.set(made.id, place);
    taken.push(made);
  }
  if (taken.length === 0) throw new QuorateError("INPUT_INVALID", "there are no cases; give one");
  return taken;
}

/** The cases of a list; refuses one that fails, because what it throws may be anything. */
async function* casesOf(given: unknown): AsyncGenerator {
  const cases = readGiven("evaluate: cases", given, () => listed(given));
  // A promise may stand far behind the first case that is refused.
  if (Array.isArray(cases)) hear(cases);
  let failed = true;
  try {
    for await (const one of cases) {
      failed = false;
      yield one;
      failed = true;
    }
  } catch (cause) {
    hear(cause);
    if (!failed || isSoundError(cause)) throw cause;
    const why = `evaluate: cases cannot be read: ${describeThrown(cause)}; give a list of cases`;
    throw new QuorateError("BAD_OPTIONS", why, { cause });
  }
}

function listed(given: unknown): AsyncIterable<unknown> | Iterable<unknown> {
  const many = Object(given) as Partial<Iterable<unknown> & AsyncIterable<unknown>>;
  const isMany =
    typeof given === "object" &&
    (typeof many[Symbol.iterator] === "function" ||
      typeof many[Symbol.asyncIterator] === "function");
  if (isMany) return many as Iterable<unknown>;
  hear(given);
  throw new QuorateError("BAD_OPTIONS", `evaluate: cases is ${shown(given)}; give a list of cases`);
}
