import { describe, expect, it } from "vitest";
import { agent, judge, supervisor, unanimous } from "../../src/index.ts";

const asked: unknown[] = [];
const chief = agent({
  name: "chief",
  run: (question: unknown) => {
    asked.push(question);
    return { choice: "A", reasoning: "because" };
  },
});

/** What is held in favour of each position, and what a judge was shown. */
async function evidenceOf(first: object, second: object, claims?: "vote") {
  asked.length = 0;
  const says = (output: object) =>
    agent({ run: () => output as { vote: string }, ...(claims !== undefined && { claims }) });
  const team = supervisor({
    name: "board",
    agents: { one: says(first), other: says(second) },
    resolve: [unanimous(), judge({ ask: chief })],
  });
  const { verdict } = await team.run("task");
  const held = verdict?.positions.flatMap(({ heldBy }) => heldBy.map(({ evidence }) => evidence));
  return { held, shown: JSON.stringify(asked) };
}

describe("the reason that an answer gives beside its position", () => {
  it.each(["evidence", "reason", "reasoning"])(
    "is shown to a judge as evidence: %s",
    async (name) => {
      const { held, shown } = await evidenceOf(
        { recommendation: "hold", [name]: "the token is logged" },
        { recommendation: "ship", [name]: "it is short" },
      );
      expect(held).toEqual(["the token is logged", "it is short"]);
      expect(shown).toContain("the token is logged");
      expect(shown).toContain("it is short");
    },
  );

  it("may be a list of texts, or stand beside the property that claims names", async () => {
    const { held } = await evidenceOf(
      { vote: "hold", reasons: ["it leaks", "it is slow"] },
      { vote: "ship", reasons: [] },
      "vote",
    );
    expect(held).toEqual(["it leaks\nit is slow", undefined]);
  });

  it("is none where it is no text, and is cut where it is long", async () => {
    const { held } = await evidenceOf(
      { recommendation: "hold", reason: { text: "x" }, reasoning: " " },
      { recommendation: "ship", reason: "y".repeat(5_000) },
    );
    expect(held?.[0]).toBeUndefined();
    expect(held?.[1]?.length).toBeLessThanOrEqual(4_001);
  });
});
