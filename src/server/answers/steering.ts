import { recordTruth } from "../../learning/index.ts";
import type { Json } from "../../model/json.ts";
import {
  forTenant,
  ownBackend,
  ownRun,
  principalOf,
  storeOf,
  teamNamed,
  teamOfRun,
  type RouteAnswers,
  type RouteRequest,
} from "../asked.ts";
import { idempotencyKey, idOnce } from "../begin-once.ts";
import type { StartOptions } from "../driving.ts";
import { planFork } from "../fork-plan.ts";
import { jsonAnswer } from "../http/json-answer.ts";
import { cancelOwn, decidedBy, decideOwn } from "../steer-run.ts";
import type { CancelledAnswer, DecidedAnswer, RunBegun } from "../wire.ts";

/** The routes that begin, decide, cancel and estimate runs. */
export const STEERING_ANSWERS: RouteAnswers<
  "startRun" | "planRun" | "forkRun" | "planFork" | "cancelRun" | "decide" | "recordTruth"
> = {
  async startRun(asked) {
    const {
      team: name,
      input,
      ...given
    } = asked.body as { readonly team: string; readonly input: unknown };
    const team = teamNamed(asked, name);
    return once(asked, (options) =>
      asked.parts.driving.start(team, input, { ...given, ...options }),
    );
  },

  async planRun(asked) {
    const { team, input } = asked.body as { readonly team: string; readonly input: unknown };
    const { tenant } = principalOf(asked);
    const plan = await teamNamed(asked, team).plan(input as never, {
      backend: ownBackend(asked),
      ...(tenant !== undefined && { tenant }),
    });
    return jsonAnswer(
      forTenant(asked) ? { ...plan, budgets: plan.budgets.filter(isOwnBudget) } : plan,
    );
  },

  async forkRun(asked) {
    const run = await ownRun(asked);
    const team = teamOfRun(asked, run);
    return once(asked, (options) =>
      asked.parts.driving.fork(team, run.runId, { ...asked.body, ...options }),
    );
  },

  async planFork(asked) {
    const run = await ownRun(asked);
    const { from, ...given } = asked.body as { readonly from?: string; readonly input?: unknown };
    const events = await storeOf(asked).read(run.runId);
    return jsonAnswer(
      await planFork(teamOfRun(asked, run), ownBackend(asked), { run, events, from, ...given }),
    );
  },

  async cancelRun(asked) {
    const reason = asked.body["reason"] as string | undefined;
    const answer = await cancelOwn(asked, await ownRun(asked), reason);
    return jsonAnswer({ answer } satisfies CancelledAnswer);
  },

  async decide(asked) {
    const decision = asked.body as { readonly subject: string; readonly why: string };
    const kept = await decideOwn(asked, await ownRun(asked), decision);
    return jsonAnswer({ kept } satisfies DecidedAnswer);
  },

  async recordTruth(asked) {
    const run = await ownRun(asked);
    const { subject, truth, by, team } = asked.body as {
      readonly subject: string;
      readonly truth?: Json;
      readonly by?: string;
      readonly team?: string;
    };
    const name = decidedBy(principalOf(asked), by);
    const recorded = await recordTruth(asked.parts.backend, run.runId, subject, truth, {
      ...(name !== undefined && { by: name }),
      ...(team !== undefined && { team }),
    });
    return jsonAnswer(recorded);
  },
};

/** Begins a run, only once for an idempotency key. */
async function once(
  asked: RouteRequest,
  begin: (options: StartOptions) => Promise<string>,
): Promise<Response> {
  const { tenant } = principalOf(asked);
  const whose = tenant === undefined ? {} : { tenant };
  const key = idempotencyKey(asked.request);
  if (key === undefined) {
    return jsonAnswer({ runId: await begin(whose) } satisfies RunBegun, 201);
  }
  const store = storeOf(asked);
  const what = { path: new URL(asked.request.url).pathname, body: asked.body };
  const { runId, forget } = await idOnce(store.values, { key, tenant, asked: what });
  if ((await store.run(runId)) !== undefined) return jsonAnswer({ runId } satisfies RunBegun);
  try {
    await begin({ ...whose, runId });
  } catch (error) {
    // No run has begun, so the key is free for a corrected request.
    if ((await store.run(runId)) === undefined) await forget();
    throw error;
  }
  return jsonAnswer({ runId } satisfies RunBegun, 201);
}

function isOwnBudget({ scope }: { readonly scope: string | null }): boolean {
  return scope === null;
}
