import { decide, openQuestions, QuorateError, type HumanDecision } from "quorate";
import type { Change, reviewTeam } from "./team.ts";

/** The answer to a request. */
export interface Answered {
  readonly status: 200 | 202 | 400 | 404 | 409 | 503;
  readonly body: object;
}

/** The service, independent of the HTTP framework. */
export interface Reviews {
  /** Begins a review, once for each pull request. When this resolves, the review is on disk and survives a kill. */
  begin(given: unknown): Promise<Answered>;
  /** The state of a review. */
  show(runId: string): Promise<Answered>;
  /** Records a person's decision; the review continues with it. */
  decide(runId: string, given: unknown): Promise<Answered>;
  /** Begins no more reviews. The next process resumes the running ones. */
  close(): Promise<void>;
}

export function reviews({ team, log }: ReturnType<typeof reviewTeam>): Reviews {
  const { backend } = team;
  // Runs what `enqueue` begins, what an earlier process left unfinished, and what a person has decided.
  const keeping = team.keepResuming({
    everyMs: 500,
    onResumed: ({ runId, error }) => {
      if (error !== undefined) log.error({ runId, err: error }, "a review cannot go on");
    },
  });

  async function answering(work: () => Promise<Answered>): Promise<Answered> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof QuorateError)) throw error;
      const { code, message } = error;
      return { status: STATUSES[code] ?? 400, body: { error: { code, message } } };
    }
  }

  return {
    begin: (given) =>
      answering(async () => {
        const { pull, diff } = Object(given) as Partial<Change>;
        if (!Number.isSafeInteger(pull) || typeof diff !== "string") {
          return {
            status: 400,
            body: { error: { message: "send { pull: number, diff: string }" } },
          };
        }
        const { runId } = await team.enqueue(
          { pull: pull as number, diff },
          { runId: `pull-${pull}` },
        );
        return { status: 202, body: { runId } };
      }),
    show: (runId) =>
      answering(async () => {
        const run = await backend.store.run(runId);
        if (run === undefined) return { status: 404, body: { error: { code: "RUN_NOT_FOUND" } } };
        const events = await backend.store.read(runId);
        const answered = events.flatMap((event) =>
          event.type === "call.succeeded" ? [event.agent] : [],
        );
        const verdict = events.findLast(({ type }) => type === "verdict.reached");
        const questions = openQuestions(events).map(({ verdict: { subject, positions } }) => ({
          subject,
          positions: positions.map(({ value }) => value),
        }));
        return {
          status: 200,
          body: {
            status: run.status,
            answered,
            questions,
            winner: verdict?.type === "verdict.reached" ? verdict.verdict.winner : null,
          },
        };
      }),
    decide: (runId, given) =>
      answering(async () => {
        const kept = await decide(backend, runId, given as HumanDecision);
        return { status: 200, body: { kept } };
      }),
    async close() {
      const closing = keeping.close();
      await backend.store.close();
      await closing;
    },
  };
}

const STATUSES: Readonly<Record<string, Answered["status"]>> = {
  RUN_NOT_FOUND: 404,
  RUN_ID_TAKEN: 409,
  ALREADY_DECIDED: 409,
  STORE_FAILED: 503,
};
