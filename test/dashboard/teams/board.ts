import board from "../../../examples/code-review-board/team.ts";
import { human, supervisor, support, type Resolver } from "quorate";
import { sqlite } from "quorate/sqlite";

// The review board of the examples, which asks a person where a finding is one report short of standing.

const AT_LEAST = 4;

/** Asks a person about the findings that one more report would let stand, and defers about all others. */
function oneShort(): Resolver {
  const asked = human();
  return {
    ...asked,
    settle(question, context) {
      const reports = question.positions.find(({ value }) => value === "present")?.heldBy.length;
      if (reports === AT_LEAST - 1) return asked.settle(question, context);
      return { defer: "it is not one report short" };
    },
  };
}

export default supervisor({
  name: "code-review-board",
  version: "1",
  agents: board.agents,
  resolve: [oneShort(), support({ atLeast: AT_LEAST })],
  backend: sqlite({ path: "quorate.db" }),
});
