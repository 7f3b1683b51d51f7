import { principalOf, storeOf, type RouteAnswers } from "../asked.ts";
import { HttpRefusal } from "../http/http-refusal.ts";
import { jsonAnswer } from "../http/json-answer.ts";
import { listed } from "../listed-team.ts";
import { openApi } from "../http/open-api.ts";
import type { Principal } from "../http/tokens.ts";
import { checkOwnPage, sessionCookie, sessionIn } from "../http/who-asks.ts";
import type { SessionAnswer, TeamsAnswer } from "../wire.ts";

/** The routes for health, signing in, and the list of teams. */
export const SERVICE_ANSWERS: RouteAnswers<
  "health" | "ready" | "openApi" | "openSession" | "showSession" | "closeSession" | "listTeams"
> = {
  health: () => jsonAnswer({ status: "ok" }),

  async ready(asked) {
    await storeOf(asked).runs({ limit: 1 });
    return jsonAnswer({ status: "ready" });
  },

  openApi: ({ parts }) => jsonAnswer(openApi(parts.version)),

  openSession({ parts, request, address, body }) {
    // Otherwise another page could sign a browser in with a token of its choice.
    if (request.headers.has("origin") || request.headers.has("sec-fetch-site")) {
      checkOwnPage(request, address);
    }
    const { token, code } = body as { readonly token?: string; readonly code?: string };
    const principal =
      token === undefined ? parts.sessions.redeem(code ?? "") : parts.book.of(token);
    if (principal === undefined) {
      const what =
        token === undefined
          ? "code is not known, or was used, or is too old"
          : "token is not known";
      throw new HttpRefusal(401, "UNAUTHORIZED", `The ${what}.`);
    }
    const cookie = sessionCookie(address, parts.sessions.open(principal));
    return jsonAnswer(sessionAnswer(principal), 200, { "Set-Cookie": cookie });
  },

  showSession: (asked) => jsonAnswer(sessionAnswer(principalOf(asked))),

  closeSession({ parts, request, address }) {
    const session = sessionIn(request, address);
    if (session !== undefined) {
      checkOwnPage(request, address);
      parts.sessions.close(session);
    }
    const cookie = sessionCookie(address, undefined);
    return new Response(null, { status: 204, headers: { "Set-Cookie": cookie } });
  },

  listTeams: ({ parts }) =>
    jsonAnswer({ teams: [...parts.teams.values()].map(listed) } satisfies TeamsAnswer),
};

function sessionAnswer({ name, tenant, scopes }: Principal): SessionAnswer {
  return {
    ...(name !== undefined && { name }),
    ...(tenant !== undefined && { tenant }),
    scopes: [...scopes],
  };
}
