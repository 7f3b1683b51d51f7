import assert from "node:assert/strict";
import type { ContractCase } from "../contract.ts";
import { ANSWER, failedWith, MAX_BYTES, TASK, USAGE, withAgent } from "./checks.ts";
import type { AgentLacks, MakeAgent } from "./peer.ts";

/** Answers and their cost. */
export function answeringCases(
  make: MakeAgent,
  lacks: readonly AgentLacks[],
): readonly ContractCase[] {
  return [
    withAgent(make, "answers with what its other side says, asked once", async ({ run, peer }) => {
      peer.follow({ does: "answers", output: ANSWER, usage: USAGE });
      const { result } = await run();
      assert.ok(result.status === "ok", `it is ${result.status}`);
      assert.deepEqual(result.output, ANSWER);
      assert.equal(peer.asked.length, 1);
      assert.ok(peer.asked[0]?.includes(TASK.question), "the task reached the other side");
    }),
    withAgent(
      make,
      "answers two who ask at the same time each for itself",
      async ({ run, peer }) => {
        peer.follow(
          { does: "answers", output: { recommendation: "hold" } },
          { does: "answers", output: { recommendation: "ship" } },
        );
        const both = await Promise.all([run(), run()]);
        const said = both.map(({ result }) => result.status === "ok" && result.output);
        assert.deepEqual(said.map((one) => JSON.stringify(one)).toSorted(), [
          '{"recommendation":"hold"}',
          '{"recommendation":"ship"}',
        ]);
      },
    ),
    ...(lacks.includes("shape") ? [] : shapeCases(make)),
    ...(lacks.includes("silence") ? [] : [silenceCase(make)]),
    ...(lacks.includes("usage") ? [] : usageCases(make, lacks)),
    ...describedCases(make),
  ];
}

/** Answers that do not have the required shape. */
function shapeCases(make: MakeAgent): readonly ContractCase[] {
  return [
    withAgent(
      make,
      "gives OUTPUT_INVALID with the place for an answer of the wrong shape, and tells the next attempt",
      async ({ run, peer }) => {
        peer.follow(
          { does: "answers", output: { recommendation: "perhaps" } },
          { does: "answers", output: ANSWER },
        );
        const { result, log } = await run();
        assert.ok(result.status === "ok", `it is ${result.status}`);
        assert.equal(result.attempts, 2);
        const retried = log.find(({ type }) => type === "call.retried");
        assert.ok(retried?.type === "call.retried");
        assert.equal(retried.error.code, "OUTPUT_INVALID");
        assert.equal(retried.error.issues?.[0]?.path, "recommendation");
        assert.ok(peer.asked[1]?.includes("recommendation"), "the second question has the place");
        assert.ok(!peer.asked[0]?.includes("refused"), "the first question has no issues");
        assert.notEqual(peer.asked[0], peer.asked[1]);
      },
      { retries: 1 },
    ),
    withAgent(
      make,
      "gives OUTPUT_INVALID with issues for half a document, and tells the next attempt",
      async ({ run, peer }) => {
        peer.follow({ does: "answers half", output: ANSWER }, { does: "answers", output: ANSWER });
        const { result, log } = await run();
        assert.ok(result.status === "ok", `it is ${result.status}`);
        const retried = log.find(({ type }) => type === "call.retried");
        assert.ok(retried?.type === "call.retried");
        assert.equal(retried.error.code, "OUTPUT_INVALID");
        assert.ok((retried.error.issues?.length ?? 0) > 0, "it says what was wrong");
        assert.notEqual(peer.asked[0], peer.asked[1], "the second question has the issues");
      },
      { retries: 1 },
    ),
    withAgent(
      make,
      "fails with OUTPUT_TOO_LARGE for an answer that is too large",
      async ({ run, peer }) => {
        peer.follow({ does: "floods", bytes: MAX_BYTES * 4 });
        failedWith("OUTPUT_TOO_LARGE", await run());
      },
    ),
  ];
}

function usageCases(make: MakeAgent, lacks: readonly AgentLacks[]): readonly ContractCase[] {
  return [
    withAgent(make, "tells what its other side says that it used", async ({ run, peer }) => {
      peer.follow({ does: "answers", output: ANSWER, usage: USAGE });
      const { result } = await run();
      assert.ok(result.status === "ok");
      assert.equal(result.cost.inputTokens, USAGE.inputTokens);
      assert.equal(result.cost.outputTokens, USAGE.outputTokens);
    }),
    ...(lacks.includes("cached") ? [] : [partCase(make, "cachedInputTokens")]),
    ...(lacks.includes("reasoning") ? [] : [partCase(make, "reasoningTokens")]),
    ...(lacks.includes("shape") ? [] : chargedCases(make)),
  ];
}

const PARTS = {
  cachedInputTokens: "were read from a cache",
  reasoningTokens: "were reasoning",
} as const;

/** The agent reports which tokens are of this kind. */
function partCase(make: MakeAgent, part: keyof typeof PARTS): ContractCase {
  const name = `tells how many of the tokens ${PARTS[part]}, within those of the whole`;
  return withAgent(make, name, async ({ run, peer }) => {
    peer.follow({ does: "answers", output: ANSWER, usage: { ...USAGE, [part]: 4 } });
    const { result } = await run();
    assert.ok(result.status === "ok", `it is ${result.status}`);
    const { inputTokens, outputTokens } = result.cost;
    assert.deepEqual({ inputTokens, outputTokens }, USAGE);
    assert.equal(result.cost[part], 4);
  });
}

/** The agent keeps what `agent()` is told about it. */
function describedCases(make: MakeAgent): readonly ContractCase[] {
  return [
    withAgent(
      make,
      "costs nothing, and is asked under a budget of nothing, where it is free",
      async ({ run, peer }) => {
        peer.follow({ does: "answers", output: ANSWER });
        const { result } = await run({ budget: { usd: 0 } });
        assert.ok(result.status === "ok", `it is ${result.status}`);
        assert.equal(result.cost.usdMicros, 0);
      },
      { cost: "free" },
    ),
    withAgent(make, "names the model that it asks", async ({ run, peer, model }) => {
      peer.follow({ does: "answers", output: ANSWER });
      const { log } = await run();
      const started = log.find(({ type }) => type === "call.started");
      assert.ok(started?.type === "call.started");
      if (model !== undefined) assert.equal(started.model, model);
    }),
  ];
}

/** An answer that cannot be used is paid for. */
function chargedCases(make: MakeAgent): readonly ContractCase[] {
  return [
    withAgent(make, "is charged for an answer of the wrong shape", async ({ run, peer }) => {
      peer.follow({ does: "answers", output: { recommendation: 1 }, usage: USAGE });
      const asked = await run();
      failedWith("OUTPUT_INVALID", asked);
      assert.ok(asked.result.status === "failed");
      assert.equal(asked.result.cost.inputTokens, USAGE.inputTokens);
      assert.equal(asked.result.cost.outputTokens, USAGE.outputTokens);
    }),
    withAgent(make, "is charged for half a document", async ({ run, peer }) => {
      peer.follow({ does: "answers half", output: ANSWER, usage: USAGE });
      const asked = await run();
      failedWith("OUTPUT_INVALID", asked);
      assert.ok(asked.result.status === "failed");
      assert.equal(asked.result.cost.inputTokens, USAGE.inputTokens);
      assert.equal(asked.result.cost.outputTokens, USAGE.outputTokens);
    }),
  ];
}

function silenceCase(make: MakeAgent): ContractCase {
  return withAgent(
    make,
    "counts an answer whose use is not reported as one of unknown cost, and not as free",
    async ({ run, peer }) => {
      peer.follow({ does: "answers", output: ANSWER });
      const { result } = await run();
      assert.ok(result.status === "ok");
      assert.equal(result.cost.usdMicros, "unknown");
      assert.equal(result.cost.inputTokens, "unknown");
      assert.equal(result.cost.outputTokens, "unknown");
    },
  );
}
