import assert from "node:assert/strict";
import { classify } from "../../retry/classify-error.ts";
import { thrownBy } from "../../call/attempt-events.ts";
import { QuorateError } from "../../model/errors.ts";
import type { ContractCase } from "../contract.ts";
import { executorCase, hasStopped, type HeardAttempt, type OpenExecutor } from "./under-test.ts";

/** The failure that was received, in the form that a caller sees. */
function failureOf({ events }: HeardAttempt): unknown {
  const failure = events.find((event) => event.type === "failure");
  assert.ok(failure !== undefined, "no failure was told");
  return thrownBy(failure);
}

function answerOf({ events }: HeardAttempt): unknown {
  const answer = events.find((event) => event.type === "answer");
  assert.ok(answer !== undefined, "no answer was told");
  return answer.output;
}

/** Cases that hold wherever attempts run. */
export function everywhereCases(open: OpenExecutor): readonly ContractCase[] {
  const it = (name: string, check: Parameters<typeof executorCase>[2]): ContractCase =>
    executorCase(open, name, check);
  return [
    it("tells that an attempt has started, what its agent says, and its answer", async (bench) => {
      const attempt = bench.attempt([
        { do: "report", usage: { inputTokens: 3 } },
        { do: "emit", value: { half: true } },
        { do: "checkpoint", value: { id: 7 } },
        { do: "answer", value: { recommendation: "ship" } },
      ]);
      await bench.executor.start(attempt);
      await bench.until(() => hasStopped(attempt), "the attempt stops");
      const [started, report, progress, checkpoint, answer] = attempt.events;
      assert.equal(started?.type, "started");
      assert.deepEqual(report?.type === "report" && report.usage, { inputTokens: 3 });
      assert.deepEqual(progress?.type === "progress" && progress.value, { half: true });
      assert.deepEqual(checkpoint?.type === "checkpoint" && checkpoint.value, { id: 7 });
      assert.deepEqual(answer?.type === "answer" && answer.output, { recommendation: "ship" });
    }),
    it("hands an agent what the request says", async (bench) => {
      const attempt = bench.attempt([{ do: "tell" }], {
        attempt: 2,
        results: { before: { status: "ok", output: 1 } },
        issues: [{ message: "too short", path: "reasons" }],
        checkpoint: { id: 7 },
      });
      await bench.executor.start(attempt);
      await bench.until(() => hasStopped(attempt), "the attempt stops");
      assert.deepEqual(answerOf(attempt), {
        attempt: 2,
        results: { before: { status: "ok", output: 1 } },
        issues: [{ message: "too short", path: "reasons" }],
        idempotencyKey: attempt.idempotencyKey,
        runId: "run",
        callId: "stepper",
        checkpointed: { id: 7 },
      });
    }),
    it("tells what an agent failed with, so that it is repeated as it would be here", async (bench) => {
      const limited = bench.attempt([{ do: "fail", status: 429, retryAfterMs: 1_500 }]);
      const refused = bench.attempt([{ do: "fail", status: 400 }]);
      await bench.executor.start(limited);
      await bench.executor.start(refused);
      await bench.until(() => hasStopped(limited) && hasStopped(refused), "both stop");
      const told = [limited, refused].map((one) => {
        const { retry, fault, retryAfterMs } = classify(failureOf(one), Date.now());
        return { retry, fault, retryAfterMs };
      });
      assert.deepEqual(told, [
        { retry: true, fault: "limited", retryAfterMs: 1_500 },
        { retry: false, fault: "unknown", retryAfterMs: undefined },
      ]);
    }),
    it("stops an agent that is told to, and says when it has", async (bench) => {
      const { file } = bench.gate();
      const attempt = bench.attempt([
        { do: "emit", value: "at work" },
        { do: "wait", file },
      ]);
      await bench.executor.start(attempt);
      await bench.until(() => attempt.types.includes("progress"), "the agent is at work");
      bench.cancel(attempt, new QuorateError("CANCELLED", "enough"));
      await bench.until(() => hasStopped(attempt), "the attempt stops");
      const failure = failureOf(attempt);
      assert.ok(failure instanceof QuorateError);
      assert.equal(failure.code, "CANCELLED");
    }),
    it("says of an agent that does not listen that it has stopped only when it has", async (bench) => {
      const { file, open: openGate } = bench.gate();
      const attempt = bench.attempt([
        { do: "emit", value: "at work" },
        { do: "wait", file, deaf: true },
        { do: "answer", value: 1 },
      ]);
      await bench.executor.start(attempt);
      await bench.until(() => attempt.types.includes("progress"), "the agent is at work");
      bench.cancel(attempt, new QuorateError("TIMEOUT", "too slow"));
      await bench.pause();
      assert.equal(hasStopped(attempt), false);
      openGate();
      await bench.until(() => hasStopped(attempt), "the attempt stops");
    }),
    it("accepts that an attempt is cancelled which it does not have", async (bench) => {
      bench.executor.cancel("run/nobody#1.99", new Error("enough"));
      const attempt = bench.attempt([{ do: "answer", value: 1 }]);
      await bench.executor.start(attempt);
      await bench.until(() => hasStopped(attempt), "the attempt stops");
      bench.executor.cancel(attempt.attemptId, new Error("enough"));
      await bench.pause();
      assert.equal(answerOf(attempt), 1);
    }),
  ];
}
