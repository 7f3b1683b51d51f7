import assert from "node:assert/strict";
import type { ContractCase } from "../contract.ts";
import { ANSWER, failedWith, withAgent } from "./checks.ts";
import type { AgentLacks, MakeAgent } from "./peer.ts";

/** Failures and what they report. */
export function failingCases(
  make: MakeAgent,
  lacks: readonly AgentLacks[],
): readonly ContractCase[] {
  return [
    ...(lacks.includes("once") ? [] : breakingCases(make)),
    ...(lacks.includes("statuses") ? [] : statusCases(make)),
  ];
}

function breakingCases(make: MakeAgent): readonly ContractCase[] {
  return [
    withAgent(
      make,
      "fails with the original failure as its cause when its other side breaks off, asked once",
      async ({ run, peer }) => {
        peer.follow({ does: "breaks off" }, { does: "answers", output: ANSWER });
        const asked = await run();
        const error = failedWith("AGENT_FAILED", asked);
        assert.ok(error.cause !== undefined, "it has a cause");
        assert.doesNotMatch(error.message, /\n/, "it is one sentence");
        assert.equal(peer.asked.length, 1, "the attempt is not repeated below");
        assert.ok(asked.result.status === "failed");
        assert.notEqual(asked.result.cost.usdMicros, 0, "an unknown cost is not 0");
      },
    ),
    withAgent(
      make,
      "answers the next attempt after its other side broke off",
      async ({ run, peer }) => {
        peer.follow({ does: "breaks off" }, { does: "answers", output: ANSWER });
        const { result } = await run();
        assert.ok(result.status === "ok", `it is ${result.status}`);
        assert.equal(result.attempts, 2);
        assert.equal(peer.asked.length, 2);
      },
      { retries: 1 },
    ),
  ];
}

function statusCases(make: MakeAgent): readonly ContractCase[] {
  return [
    withAgent(
      make,
      "makes one request an attempt when its other side fails",
      async ({ run, peer }) => {
        peer.follow({ does: "fails", status: 500 });
        const error = failedWith("AGENT_FAILED", await run());
        assert.equal(peer.asked.length, 2);
        assert.match(error.message, /500/);
      },
      { retries: 1 },
    ),
    withAgent(
      make,
      "is not asked again when its other side refuses the request",
      async ({ run, peer }) => {
        peer.follow({ does: "fails", status: 403 });
        failedWith("AGENT_FAILED", await run());
        assert.equal(peer.asked.length, 1);
      },
      { retries: 3 },
    ),
    withAgent(
      make,
      "comes again when its other side says, and that is not a repetition",
      async ({ run, peer }) => {
        peer.follow(
          { does: "fails", status: 429, retryAfterSeconds: 0 },
          { does: "answers", output: ANSWER },
        );
        const { result, log } = await run();
        assert.ok(result.status === "ok", `it is ${result.status}`);
        const requeued = log.find(({ type }) => type === "call.requeued");
        assert.ok(requeued?.type === "call.requeued");
        assert.equal(requeued.waitMs, 0);
      },
    ),
  ];
}
