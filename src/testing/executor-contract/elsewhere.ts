import assert from "node:assert/strict";
import { thrownBy } from "../../call/attempt-events.ts";
import { QuorateError } from "../../model/errors.ts";
import type { ContractCase } from "../contract.ts";
import { executorCase, hasStopped, type ExecutorBench, type OpenExecutor } from "./under-test.ts";

const WORKS = { do: "emit", value: "at work" } as const;

async function attachTo(
  { executor }: ExecutorBench,
  attempt: Parameters<NonNullable<ExecutorBench["executor"]["attach"]>>[0],
): Promise<boolean> {
  assert.ok(executor.attach !== undefined, "an executor whose attempts are elsewhere can attach");
  return executor.attach(attempt);
}

/** Cases for attempts that one worker runs at the end of a line. */
export function elsewhereCases(open: OpenExecutor): readonly ContractCase[] {
  const it = (name: string, check: Parameters<typeof executorCase>[2]): ContractCase =>
    executorCase(open, name, check);
  return [
    it("says that an attempt has started when its turn has come, not before", async (bench) => {
      const gate = bench.gate();
      const first = bench.attempt([WORKS, { do: "wait", file: gate.file }]);
      const second = bench.attempt([{ do: "answer", value: 2 }]);
      await bench.executor.start(first);
      await bench.executor.start(second);
      await bench.until(() => first.types.includes("progress"), "the first is at work");
      await bench.pause();
      assert.deepEqual(second.types, []);
      gate.open();
      await bench.until(() => hasStopped(second), "the second stops");
      assert.equal(second.types[0], "started");
    }),
    it("never begins what is cancelled while it waits for its turn", async (bench) => {
      const gate = bench.gate();
      const first = bench.attempt([WORKS, { do: "wait", file: gate.file }]);
      const second = bench.attempt([{ do: "answer", value: 2 }]);
      await bench.executor.start(first);
      await bench.executor.start(second);
      await bench.until(() => first.types.includes("progress"), "the first is at work");
      bench.cancel(second, new Error("enough"));
      await bench.until(() => hasStopped(second), "the second stops");
      gate.open();
      await bench.until(() => hasStopped(first), "the first stops");
      await bench.pause();
      assert.equal(second.types.includes("started"), false);
    }),
    it("stops an agent by itself when its time is over, even if its caller is gone", async (bench) => {
      const { file } = bench.gate();
      const attempt = bench.attempt([WORKS, { do: "wait", file }], { timeoutMs: 20 });
      await bench.executor.start(attempt);
      await bench.until(() => attempt.types.includes("started"), "the attempt begins");
      bench.link.cut();
      await bench.pause();
      bench.link.mend();
      await bench.until(() => hasStopped(attempt), "the attempt stops");
      const failure = attempt.events.find((event) => event.type === "failure");
      const error = failure && thrownBy(failure);
      assert.ok(error instanceof QuorateError);
      assert.equal(error.code, "TIMEOUT");
    }),
    it("refuses an answer that is too large before it is sent", async (bench) => {
      const value = "x".repeat(2_000);
      const attempt = bench.attempt([{ do: "answer", value }], { maxBytes: 1_000 });
      await bench.executor.start(attempt);
      await bench.until(() => hasStopped(attempt), "the attempt stops");
      const failure = attempt.events.find((event) => event.type === "failure");
      const error = failure && thrownBy(failure);
      assert.ok(error instanceof QuorateError);
      assert.equal(error.code, "OUTPUT_TOO_LARGE");
    }),
    it("tells nothing of an attempt while the connection is lost, and afterwards all that it missed", async (bench) => {
      const gate = bench.gate();
      const attempt = bench.attempt([
        WORKS,
        { do: "wait", file: gate.file },
        { do: "report", usage: { inputTokens: 3 } },
        { do: "answer", value: 1 },
      ]);
      await bench.executor.start(attempt);
      await bench.until(() => attempt.types.includes("progress"), "the agent is at work");
      bench.link.cut();
      gate.open();
      await bench.pause();
      assert.deepEqual(attempt.types, ["started", "progress"]);
      bench.link.mend();
      await bench.until(() => hasStopped(attempt), "the attempt stops");
      assert.deepEqual(attempt.types, ["started", "progress", "report", "answer, stopped"]);
    }),
    it("begins an attempt that was lost on its way once, when the connection is back", async (bench) => {
      bench.link.cut();
      const attempt = bench.attempt([WORKS, { do: "answer", value: 1 }]);
      await bench.executor.start(attempt);
      await bench.pause();
      assert.deepEqual(attempt.types, []);
      bench.link.mend();
      await bench.until(() => hasStopped(attempt), "the attempt stops");
      assert.deepEqual(attempt.types, ["started", "progress", "answer, stopped"]);
    }),
    it("stops an attempt that was cancelled while the connection was lost", async (bench) => {
      const { file } = bench.gate();
      const attempt = bench.attempt([WORKS, { do: "wait", file }]);
      await bench.executor.start(attempt);
      await bench.until(() => attempt.types.includes("progress"), "the agent is at work");
      bench.link.cut();
      bench.cancel(attempt, new Error("enough"));
      bench.link.mend();
      await bench.until(() => hasStopped(attempt), "the attempt stops");
    }),
    it("carries an attempt out once if all that is sent arrives twice", async (bench) => {
      bench.link.double();
      const attempt = bench.attempt([WORKS, { do: "answer", value: 1 }]);
      await bench.executor.start(attempt);
      await bench.until(() => hasStopped(attempt), "the attempt stops");
      await bench.pause();
      assert.deepEqual(attempt.types, ["started", "progress", "answer, stopped"]);
    }),
    it("tells what arrives late in its order", async (bench) => {
      bench.link.hold();
      const attempt = bench.attempt([WORKS, { do: "answer", value: 1 }]);
      await bench.executor.start(attempt);
      await bench.pause();
      assert.deepEqual(attempt.types, []);
      bench.link.letGo();
      await bench.until(() => hasStopped(attempt), "the attempt stops");
      assert.deepEqual(attempt.types, ["started", "progress", "answer, stopped"]);
    }),
    it("tells that an attempt has stopped when its process has died", async (bench) => {
      const { file } = bench.gate();
      const attempt = bench.attempt([WORKS, { do: "wait", file }]);
      await bench.executor.start(attempt);
      await bench.until(() => attempt.types.includes("progress"), "the agent is at work");
      await bench.link.restart();
      await bench.until(() => hasStopped(attempt), "the attempt is over");
      assert.ok(attempt.types.includes("failure, stopped"));
      const next = bench.attempt([{ do: "answer", value: 1 }]);
      await bench.executor.start(next);
      await bench.until(() => hasStopped(next), "the next one stops");
    }),
    it("tells another caller that attaches of an attempt that is under way or has ended", async (bench) => {
      const gate = bench.gate();
      const steps = [WORKS, { do: "wait", file: gate.file }, { do: "answer", value: 1 }] as const;
      const before = bench.attempt(steps);
      await bench.executor.start(before);
      await bench.until(() => before.types.includes("progress"), "the agent is at work");
      const { attemptId } = before;
      const after = bench.attempt(steps, { attemptId });
      assert.equal(await attachTo(bench, after), true);
      gate.open();
      await bench.until(() => hasStopped(after), "the attempt stops");
      const late = bench.attempt(steps, { attemptId });
      assert.equal(await attachTo(bench, late), true);
      await bench.until(() => hasStopped(late), "all of it is told");
      for (const { types } of [after, late]) {
        assert.deepEqual(types, ["started", "progress", "answer, stopped"]);
      }
    }),
    it("attaches neither to an attempt that it does not know nor to a cancelled one", async (bench) => {
      const { file } = bench.gate();
      assert.equal(await attachTo(bench, bench.attempt([])), false);
      const attempt = bench.attempt([WORKS, { do: "wait", file }]);
      await bench.executor.start(attempt);
      await bench.until(() => attempt.types.includes("progress"), "the agent is at work");
      bench.cancel(attempt, new Error("enough"));
      const { attemptId } = attempt;
      assert.equal(await attachTo(bench, bench.attempt([], { attemptId })), false);
    }),
  ];
}
