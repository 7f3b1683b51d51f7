import { anything } from "../../check/kinds.ts";
import { nameIn } from "../../check/name.ts";
import { options, type Options } from "../../check/options.ts";
import { oneLine, shown } from "../../conflict/plain.ts";
import { agentDefinition } from "../../call/key.ts";
import { readGiven } from "../../check/given.ts";
import { laplace } from "../confidence.ts";
import type { Resolver, ResolverContext, Question, Ruling } from "../resolver.ts";
import { hear, mostCalls, prepare, questionKey, type Hearing } from "./hearing.ts";
import type { JudgePanelOptions } from "./panel-options.ts";
import { judgePanel } from "./panel.ts";
import { ASK, AUTHORS, judgeAgent, ownPosition, type JudgeAsk } from "./judge-agent.ts";
import {
  lacksEvidence,
  NO_EVIDENCE,
  SETTINGS,
  type JudgeDefaults,
  type JudgeSettings,
} from "./settings.ts";

export interface JudgeOptions extends JudgeSettings {
  /** The judge: an agent, or a function, which becomes one under this resolver's name. */
  readonly ask: JudgeAsk;
  /** Other names of this judge, or agents of its model: it does not judge what they hold. Default: none. */
  readonly authorOf?: readonly string[];
  readonly panel?: undefined;
}

export const JUDGE: Options<JudgeOptions, "authorOf" | JudgeDefaults> = options({
  ask: ASK,
  authorOf: AUTHORS,
  panel: anything(),
  ...SETTINGS.table,
});

const MAX_NAME_CHARS = 100;

/**
 * Lets a judge choose among the positions: a model, or anything else that can. It is asked twice about a subject, with
 * the options in one order and in the reverse. If the two answers differ, the resolver defers, so a judge that chooses by the
 * place of an option decides nothing. If an answer does not say which option it means, the judge is asked once more. The resolver also defers
 * if an answer fails, or still names no option (`JUDGE_FAILED`), if the judge holds
 * a position itself, with more than 26 positions, and if two positions look the same once they are cut to what is shown.
 *
 * Confidence `judge-agreement`: Laplace's rule of succession over the orders that agree, so 0.75. What the judge says about
 * its own confidence is not used.
 *
 * With `panel`, several judges are asked one after another until their choices are worth enough: {@link JudgePanelOptions}.
 */
export function judge(given: JudgeOptions | JudgePanelOptions): Resolver {
  const name = nameIn(given, "judge", "use { ask } or { panel }", "judge");
  const { panel } = readGiven(name, given, () => ({ panel: given.panel }));
  if (panel !== undefined) return judgePanel(given, name);
  const settings = JUDGE.of(given, name);
  const { evidence, instructions, maxEvidence, maxEvidenceChars, authorOf } = settings;
  const judging = judgeAgent(settings.ask, name);

  function settle(question: Question, { ask }: ResolverContext): Ruling | Promise<Ruling> {
    const own = ownPosition(judging.name, authorOf, question);
    if (own !== undefined) {
      return {
        defer: `it is not asked about its own position, that of ${oneLine(own, MAX_NAME_CHARS)}`,
      };
    }
    if (lacksEvidence(settings, question)) return { defer: NO_EVIDENCE };
    const prepared = prepare(question, settings);
    if ("refused" in prepared) return { defer: prepared.refused };
    const key = questionKey(name, question.subject);
    return hear(judging, prepared, { once: false, key, ask, told }).then(rule);
  }

  const told = instructions === undefined ? undefined : { resolver: name, instructions };
  const definition = {
    ...(instructions !== undefined && { instructions }),
    maxEvidence,
    maxEvidenceChars,
    agent: agentDefinition(judging),
    ...(evidence === "required" && { evidence }),
    ...(authorOf.length > 0 && { authorOf }),
  };
  const asks = Object.freeze([judging]);
  return Object.freeze({ name, definition, settle, asks, callsPerSubject: mostCalls(false) });
}

function rule(heard: Hearing): Ruling {
  switch (heard.said) {
    case "nothing":
      return { defer: `${heard.error.code}: ${heard.error.message}` };
    case "split": {
      const [first, other] = [heard.first, heard.other].map(({ position }) =>
        shown(position.value),
      );
      return { defer: `it chose ${first} in one order and ${other} in the other` };
    }
    case "choice": {
      const { position, id, words } = heard.choice;
      const own = words === "" ? "" : ` In its own words, where that was option ${id}: ${words}`;
      return {
        winner: position.value,
        confidence: laplace(2, 2, 2),
        confidenceFrom: "judge-agreement",
        reasoning: `${shown(position.value)} was chosen in both orders.${own}`,
      };
    }
  }
}
