import type { ServerRoute } from "../http/server-route.ts";
import { ANYTHING, BUDGET, DEADLINE_MS, NAME, TAGS, json, object, text } from "./schemas.ts";

/** The routes that begin, decide, cancel and estimate runs. */
export const STEERING_ROUTES: readonly ServerRoute[] = [
  {
    id: "startRun",
    method: "POST",
    path: "/api/runs",
    needs: "run",
    summary:
      "Gives a task to a team. With the header Idempotency-Key it is begun once, however often it is asked for.",
    body: object(
      { team: NAME, input: ANYTHING, tags: TAGS, budget: BUDGET, deadlineMs: DEADLINE_MS },
      ["team", "input"],
    ),
    answers: json("{ runId }: it has begun. 200 where the same key began it before.", 201),
  },
  {
    id: "planRun",
    method: "POST",
    path: "/api/plan",
    needs: "run",
    summary:
      "What a task would cost, and which agents it would ask. Asks no agent, and keeps nothing.",
    body: object({ team: NAME, input: ANYTHING }, ["team", "input"]),
    answers: json("The plan."),
  },
  {
    id: "forkRun",
    method: "POST",
    path: "/api/runs/:id/fork",
    needs: "run",
    summary: "A new run that takes over what it can of this one.",
    body: object({
      from: text(10_000),
      input: ANYTHING,
      tags: TAGS,
      budget: BUDGET,
      deadlineMs: DEADLINE_MS,
    }),
    answers: json("{ runId }", 201),
  },
  {
    id: "planFork",
    method: "POST",
    path: "/api/runs/:id/fork/plan",
    needs: "run",
    summary: "Which agents a fork would ask again, and what that would cost. Asks no agent.",
    body: object({ from: text(10_000), input: ANYTHING }),
    answers: json("{ reused, asked, expected, worst }"),
  },
  {
    id: "cancelRun",
    method: "POST",
    path: "/api/runs/:id/cancel",
    needs: "run",
    summary: "Asks for a run to be cancelled, whichever process drives it.",
    body: object({ reason: text(10_000) }),
    answers: json('{ answer }: "asked", "cancelled", or "ended" where it had an outcome already.'),
  },
  {
    id: "decide",
    method: "POST",
    path: "/api/runs/:id/decide",
    needs: "decide",
    summary: "Records what a person decided, and continues the run.",
    body: object(
      {
        subject: text(100_000),
        winner: ANYTHING,
        index: { type: "integer", minimum: 0, maximum: 1_000_000 },
        why: text(10_000),
        by: NAME,
        team: text(10_000),
        question: { type: "integer", minimum: 0, maximum: 1_000_000 },
      },
      ["subject", "why"],
    ),
    answers: json('{ kept }: "recorded", or "left" for the process that drives the run.'),
  },
  {
    id: "recordTruth",
    method: "POST",
    path: "/api/runs/:id/truth",
    needs: "decide",
    summary: "Records what turned out to be true of a subject; without truth, forgets it.",
    body: object({ subject: text(100_000), truth: ANYTHING, by: NAME, team: text(10_000) }, [
      "subject",
    ]),
    answers: json("Who was right, and who was wrong."),
  },
];
