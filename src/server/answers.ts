import type { LabelKind } from "../model/reliability.ts";
import { askByA2a, teamsOwnCard, wellKnownCard } from "./a2a/answers.ts";
import { agentsFigures } from "./agent-figures.ts";
import { RUN_ANSWERS } from "./answers/runs.ts";
import { SERVICE_ANSWERS } from "./answers/service.ts";
import { STEERING_ANSWERS } from "./answers/steering.ts";
import { forTenant, ownBackend, teamNamed, type RouteAnswers } from "./asked.ts";
import { jsonAnswer } from "./http/json-answer.ts";
import type { RouteId } from "./http/server-route.ts";
import { spendingOf } from "./spending.ts";

/** The answer to each route of the table, by the route's name. */
export const ANSWERS: RouteAnswers<RouteId> = {
  ...SERVICE_ANSWERS,
  ...RUN_ANSWERS,
  ...STEERING_ANSWERS,

  async showBill(asked) {
    const {
      since = null,
      limit = 1_000,
      ...query
    } = asked.query as {
      readonly team?: string;
      readonly since?: number;
      readonly limit?: number;
    };
    const spending = await spendingOf(ownBackend(asked), { ...query, sinceMs: since, limit });
    // What runs share does not belong to one tenant.
    return jsonAnswer(forTenant(asked) ? { ...spending, budgets: [] } : spending);
  },

  async showAgents(asked) {
    const [first] = asked.parts.teams.keys();
    const { team = first ?? "", labels } = asked.query as {
      readonly team?: string;
      readonly labels: LabelKind;
    };
    teamNamed(asked, team);
    return jsonAnswer(
      await agentsFigures(ownBackend(asked), team, { labels, withLearned: !forTenant(asked) }),
    );
  },

  a2aCard: wellKnownCard,

  a2aTeamCard: teamsOwnCard,

  a2aAsk: askByA2a,

  a2aAskTeam: askByA2a,

  mcp: (asked) => asked.parts.mcp.answer(asked),
};
