/** The tests of the teams that `quorate init` writes: they ask no model. */
export const TESTS = {
  gate: `import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import gate from "TEAM_FILE";

// Those that ask no model: the test costs nothing.
const route = ["secrets", "size"] as const;

test("a change with a key in it does not pass", async () => {
  const outcome = await gate.run({ diff: readFileSync("example.diff", "utf8") }, { route });
  assert.equal(outcome.verdict?.winner, "hold");
  assert.equal(outcome.passed, false);
});

test("a small change without one passes", async () => {
  const outcome = await gate.run({ diff: "+const answer = 42;" }, { route });
  assert.equal(outcome.passed, true);
});
`,
  review: `import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import review from "TEAM_FILE";

// Those that ask no model: the test costs nothing.
const route = ["secrets", "leftovers"] as const;

test("what is wrong with a change is found where it stands", async () => {
  const outcome = await review.run({ diff: readFileSync("example.diff", "utf8") }, { route });
  const places = outcome.verdicts.map(({ finding }) => \`\${finding?.file}:\${finding?.line}\`);
  assert.deepEqual(places.sort(), ["src/login.ts:10", "src/login.ts:9"]);
  assert.equal(outcome.passed, false);
});
`,
  council: `import assert from "node:assert/strict";
import { test } from "node:test";
import council from "TEAM_FILE";

// Those that ask no model: the test costs nothing.
const route = ["careful", "bold", "frugal"] as const;

test("the majority decides", async () => {
  const outcome = await council.run({ question: "Do we rewrite the parser?" }, { route });
  assert.equal(outcome.verdict?.winner, "no");
  assert.deepEqual(outcome.verdict?.dissent.map(({ agent }) => agent), ["bold"]);
});
`,
  panel: `import assert from "node:assert/strict";
import { test } from "node:test";
import panel from "TEAM_FILE";

test("no more are asked than it takes", async () => {
  const outcome = await panel.run({ ticket: "The app crashes when I open a file" });
  assert.equal(outcome.verdict?.winner, "bug");
  const asked = Object.values(outcome.results).filter(({ status }) => status === "ok");
  assert.equal(asked.length, 3);
});
`,
} as const;
