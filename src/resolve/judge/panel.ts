import { agentDefinition } from "../../call/key.ts";
import type { Json } from "../../model/json.ts";
import type { Resolver, ResolverContext, Question, Ruling } from "../resolver.ts";
import { hear, mostCalls, prepare, questionKey } from "./hearing.ts";
import { checkPanel } from "./panel-options.ts";
import { isReached, rulingOf, type Heard } from "./panel-ruling.ts";
import { ownPosition } from "./judge-agent.ts";
import { lacksEvidence, NO_EVIDENCE } from "./settings.ts";

/** Like `judge()` with a panel. Throws `BAD_OPTIONS` for a panel that cannot work. */
export function judgePanel(given: unknown, name: string): Resolver {
  const { settings, stopAt, members, dropped } = checkPanel(given, name);
  const { evidence, maxEvidence, maxEvidenceChars, atLeast } = settings;

  function settle(question: Question, { ask, signal }: ResolverContext): Ruling | Promise<Ruling> {
    if (lacksEvidence(settings, question)) return { defer: NO_EVIDENCE };
    const prepared = prepare(question, settings);
    if ("refused" in prepared) return { defer: prepared.refused };
    const key = questionKey(name, question.subject);
    const recused = members.filter(
      ({ agent, authorOf }) => ownPosition(agent.name, authorOf, question) !== undefined,
    );
    const asked = members.filter((member) => !recused.includes(member));

    const cascade = async (): Promise<Ruling> => {
      const heard: Heard[] = [];
      for (const member of asked) {
        // One after another on purpose: a more expensive judge is asked only if those before it leave doubt.
        const { instructions, once } = member;
        const shown = prepare(question, { ...settings, instructions });
        if ("refused" in shown) break;
        const told = instructions === undefined ? undefined : { resolver: name, instructions };
        const hearing = await hear(member.agent, shown, { once, key, ask, told });
        signal?.throwIfAborted();
        heard.push({ member, hearing });
        if (isReached(prepared.positions, heard, stopAt)) break;
      }
      return rulingOf(prepared.positions, heard, { atLeast, dropped, recused });
    };
    return cascade();
  }

  const definition: Json = {
    maxEvidence,
    maxEvidenceChars,
    evidence,
    stopAt,
    atLeast,
    panel: members.map(({ agent, once, authorOf, trust, instructions }) => ({
      agent: agentDefinition(agent),
      ...(instructions !== undefined && { instructions }),
      once,
      authorOf: [...authorOf],
      accuracy: trust.accuracy,
    })),
  };
  const asks = Object.freeze(members.map(({ agent }) => agent));
  const callsPerSubject = mostCalls(members.every(({ once }) => once));
  return Object.freeze({ name, definition, settle, asks, callsPerSubject });
}
