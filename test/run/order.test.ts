import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  agent,
  prefer,
  supervisor,
  support,
  unanimous,
  vote,
  within,
  type Outcome,
} from "../../src/index.ts";
import { virtualClock } from "../../src/testing/index.ts";

/** What one agent will say, or that it fails. */
const sayings = fc.oneof(
  fc.record({ recommendation: fc.constantFrom("ship", "hold", "Ship ", "wait") }),
  fc.record({ recommendation: fc.integer({ min: 98, max: 104 }) }),
  fc.record({
    findings: fc.array(
      fc.constantFrom(
        "SQL injection in findUser: user input reaches the query",
        "findUser builds its SQL query from user input, an injection",
        "The retry loop in fetchAll never ends",
        "Typo in the README",
      ),
      { maxLength: 3 },
    ),
  }),
  fc.constant("fails" as const),
);

function decisions({ verdicts, verdict, missing, status, results }: Outcome): unknown {
  const outputs = Object.entries(results).map(([name, result]) => [
    name,
    result.status === "ok" ? result.output : result.status,
  ]);
  return JSON.parse(JSON.stringify({ verdicts, verdict, missing, status, outputs })) as unknown;
}

describe("a run decides the same", () => {
  it("in whatever order its agents answer", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(sayings, { minLength: 2, maxLength: 6 }),
        fc.integer({ min: 1, max: 8 }),
        fc.boolean(),
        async (scheduler, said, concurrency, numeric) => {
          const team = (answered: () => Promise<unknown>) =>
            supervisor({
              name: "team",
              concurrency,
              clock: virtualClock(),
              resolve: [
                unanimous(),
                vote({ margin: 0.2 }),
                support({ atLeast: 2 }),
                prefer(["a1", "a0"]),
              ],
              ...(numeric && { compare: { task: within({ absolute: 2 }) } }),
              agents: Object.fromEntries(
                said.map((saying, index) => [
                  `a${index}`,
                  agent({
                    name: `a${index}`,
                    retries: 0,
                    run: async () => {
                      await answered();
                      if (saying === "fails") throw new Error("no");
                      return saying;
                    },
                  }),
                ]),
              ),
            } as never);
          const inOrder = await team(async () => {}).run("task" as never);
          const running = team(() => scheduler.schedule(Promise.resolve())).run("task" as never);
          await scheduler.waitFor(running);
          expect(decisions(await running)).toEqual(decisions(inOrder));
        },
      ),
      { numRuns: 150 },
    );
  });
});
