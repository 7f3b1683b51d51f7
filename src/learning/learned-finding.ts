import { PRESENT } from "../conflict/findings.ts";
import {
  findingChances,
  type FindingModel,
  type ReportedFinding,
} from "./statistics/finding-model.ts";
import type { ResolverContext, Question, Ruling } from "../resolve/resolver.ts";
import { counted } from "../resolve/words.ts";

/** From this many findings with a truth on, the result counts as checked. */
const LEAST_CALIBRATED = 100;

/** Decides findings by what was learned from earlier ones. The model must not be `refused`. */
export function byLearnedFindings(
  model: FindingModel,
): (question: Question, context: ResolverContext) => Ruling {
  const chancesOf = new WeakMap<readonly Question[], ReadonlyMap<string, number>>();

  function chancesAmong(all: readonly Question[]): ReadonlyMap<string, number> {
    const known = chancesOf.get(all);
    if (known !== undefined) return known;
    const findings = all.filter(({ kind }) => kind === "finding");
    const chances = findingChances(model, findings.map(reported));
    const bySubject = new Map(findings.map(({ subject }, i) => [subject, chances[i] ?? 0]));
    chancesOf.set(all, bySubject);
    return bySubject;
  }

  return (question, { all }) => {
    const chance = chancesAmong(all ?? [question]).get(question.subject) ?? 0;
    const stands = chance >= model.standsFrom;
    const winner = question.positions.find(({ value }) => (value === PRESENT) === stands);
    const reporters = counted(reported(question).reportedBy.length, "agent");
    const likely = `Reported by ${reporters}, it is right with ${figure(chance)}`;
    if (winner === undefined)
      return { defer: `${likely}, and it takes ${figure(model.standsFrom)} to stand` };
    return {
      winner: winner.value,
      confidence: stands ? chance : 1 - chance,
      confidenceFrom: model.estimator,
      calibrated: model.truths >= LEAST_CALIBRATED,
      reasoning: `${likely}, by what ${counted(model.truths, "earlier finding")} turned out to be; from ${figure(model.standsFrom)} on a finding stands.`,
    };
  };
}

function reported({ subject, positions }: Question): ReportedFinding {
  const present = positions.find(({ value }) => value === PRESENT);
  return { text: subject, reportedBy: (present?.heldBy ?? []).map(({ agent }) => agent) };
}

function figure(chance: number): string {
  return String(Number(chance.toPrecision(2)));
}
