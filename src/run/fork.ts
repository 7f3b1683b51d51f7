import { didYouMean } from "../check/did-you-mean.ts";
import { History } from "../log/history.ts";
import { settleDebt } from "../log/owning.ts";
import { QuorateError } from "../model/errors.ts";
import type { Outcome } from "../model/outcome.ts";
import type { ForkOptions } from "../team/run-options.ts";
import { recordedPlan } from "../team/route.ts";
import { readRun, refuseForgetful, refuseOther, startOf } from "./resume/resume.ts";
import { checkRunId } from "./run-id.ts";
import type { Session } from "./session.ts";
import { runNew } from "./start.ts";

/**
 * A new run that takes over the answers of another if nothing has changed: not for the agent at `from`, nor for agents whose
 * input changes because of it. Rejects as `resume` does, and with `BAD_OPTIONS` for an unknown `from`.
 */
export async function runFork(
  session: Session,
  fork: ForkOptions,
  ofRun: string,
): Promise<Outcome> {
  const { root, configuredRoot } = session;
  checkRunId(session.runId);
  const of = { ...session, runId: ofRun };
  refuseForgetful(of, "forked");
  const events = await readRun(session, ofRun);
  const first = startOf(of, events);
  refuseOther(of, first);
  if (first.redacted === true && !("input" in fork)) {
    throw new QuorateError(
      "NOT_RESUMABLE",
      `the task of run "${ofRun}" was redacted; fork it with { input: task }`,
    );
  }
  await settleDebt(session.store, session.runId, session.deadline ?? session.cancellation);
  const { from } = session.options;
  if (from !== undefined && !configuredRoot.places.has(from)) {
    const known = [...configuredRoot.places].map((place) => `"${place}"`).join(", ");
    const near = didYouMean(from, configuredRoot.places);
    throw new QuorateError(
      "BAD_OPTIONS",
      `there is no agent "${from}" to fork from; use one of ${known}${near === undefined ? "" : `; did you mean "${near}"?`}`,
    );
  }
  const history = new History(ofRun, events);
  const same = !("input" in fork) && fork.route === undefined && fork.mode === undefined;
  const plan = same ? recordedPlan(root.team, history.plan("")) : undefined;
  const input = "input" in fork ? fork.input : first.input;
  return runNew(session, input, { history, from }, plan);
}
