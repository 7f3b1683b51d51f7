import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { setImmediate } from "node:timers/promises";
import type { ContractCase } from "../contract.ts";
import { ANSWER, askDirectly, failedWith, until, withAgent } from "./checks.ts";
import { virtualClock } from "../virtual-clock.ts";
import type { MakeAgent } from "./peer.ts";

const TIMEOUT_MS = 1_000;
const OTHER = { recommendation: "ship" };

/** After how many turns of the event loop an agent is stopped. */
const TURNS = [0, 1, 2, 3, 5, 8, 13, 21];

/** How it stops, and what it leaves behind. */
export function stoppingCases(make: MakeAgent): readonly ContractCase[] {
  return [
    withAgent(
      make,
      "ends the work on the other side when its time is over",
      async ({ run, peer }) => {
        const clock = virtualClock();
        peer.follow({ does: "hangs" });
        const running = run({ clock });
        await until(() => peer.atWork === 1, "the other side is at work");
        await clock.advance(TIMEOUT_MS);
        const asked = await running;
        failedWith("TIMEOUT", asked);
        assert.ok(asked.result.status === "failed");
        assert.equal(asked.result.cost.usdMicros, "unknown");
        await until(() => peer.atWork === 0, "the work on the other side has ended");
        assert.equal(peer.asked.length, 1);
      },
      { timeoutMs: TIMEOUT_MS },
    ),
    withAgent(
      make,
      "ends the work on the other side when its run is cancelled, with the caller's reason",
      async ({ run, peer }) => {
        peer.follow({ does: "hangs" });
        const caller = new AbortController();
        const running = run({ signal: caller.signal });
        await until(() => peer.atWork === 1, "the other side is at work");
        const reason = new Error("the caller went home");
        caller.abort(reason);
        await assert.rejects(running, reason);
        await until(() => peer.atWork === 0, "the work on the other side has ended");
      },
    ),
    withAgent(
      make,
      "keeps nothing of an answer that comes when its time is over",
      async ({ run, peer }) => {
        peer.follow({ does: "answers late", output: ANSWER });
        const clock = virtualClock();
        const running = run({ clock });
        await until(() => peer.atWork === 1, "the other side is at work");
        await clock.advance(TIMEOUT_MS);
        failedWith("TIMEOUT", await running);
      },
      { timeoutMs: TIMEOUT_MS },
    ),
    withAgent(make, "is not confused by an answer that comes twice", async ({ run, peer }) => {
      peer.follow({ does: "answers twice", output: ANSWER }, { does: "answers", output: OTHER });
      const first = await run();
      if (first.result.status === "ok") assert.deepEqual(first.result.output, ANSWER);
      else failedWith("OUTPUT_INVALID", first);
      const second = await run();
      assert.ok(second.result.status === "ok", `it is ${second.result.status}`);
      assert.deepEqual(second.result.output, OTHER);
    }),
    ...TURNS.map((turns) =>
      withAgent(
        make,
        `rejects with the signal's reason when it is stopped ${turns} turns after it was asked, and leaves nothing at work`,
        async (trial) => {
          trial.peer.follow({ does: "hangs" });
          const stop = new AbortController();
          const reason = new Error("stopped");
          const asked = askDirectly(trial, stop.signal);
          const rejected = assert.rejects(asked, (error) => error === reason);
          for (let turn = 0; turn < turns; turn += 1) await setImmediate();
          stop.abort(reason);
          await rejected;
          await until(() => trial.peer.atWork === 0, "the work on the other side has ended");
        },
      ),
    ),
    withAgent(make, "does not ask when it has been stopped before", async (trial) => {
      trial.peer.follow({ does: "answers", output: ANSWER });
      const reason = new Error("stopped");
      await assert.rejects(
        askDirectly(trial, AbortSignal.abort(reason)),
        (error) => error === reason,
      );
      assert.equal(trial.peer.asked.length, 0);
    }),
    withAgent(
      make,
      "leaves no listener on its signal and no timer, whether it answers, fails or is refused",
      async (trial) => {
        const before = timers();
        for (const step of [
          { does: "answers", output: ANSWER },
          { does: "answers half", output: ANSWER },
          { does: "breaks off" },
        ] as const) {
          trial.peer.follow(step);
          const stop = new AbortController();
          await askDirectly(trial, stop.signal).catch(() => undefined);
          assert.equal(getEventListeners(stop.signal, "abort").length, 0, step.does);
        }
        await until(() => timers() <= before, "its timers have ended");
      },
    ),
    withAgent(make, "answers again after it was stopped", async (trial) => {
      trial.peer.follow({ does: "hangs" }, { does: "answers", output: ANSWER });
      const stop = new AbortController();
      const stopped = assert.rejects(askDirectly(trial, stop.signal));
      await until(() => trial.peer.atWork === 1, "the other side is at work");
      stop.abort(new Error("stopped"));
      await stopped;
      const { result } = await trial.run();
      assert.ok(result.status === "ok", `it is ${result.status}`);
    }),
  ];
}

/** Timers that keep this process alive. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
}
