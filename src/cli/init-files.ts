import { INSTALLING, type InitPlan, type PlannedFile } from "./init-plan.ts";

const EXAMPLE_DIFF = `diff --git a/src/login.ts b/src/login.ts
--- a/src/login.ts
+++ b/src/login.ts
@@ -8,2 +8,4 @@ export function login(user: string) {
   const session = open(user);
+  console.log("session", session);
+  const apiKey = "an-example-of-a-key-1234";
   return session;
`;

/** The files of a template: the team, a task for it, a test of it, and for changes a workflow. */
export function initFiles(plan: InitPlan): readonly PlannedFile[] {
  const { template, ending } = plan;
  const team = TEAMS[template](plan);
  const test = TESTS[template].replaceAll("TEAM_FILE", `./${template}.${ending}`);
  const files = [
    { path: `${template}.${ending}`, text: team },
    { path: `${template}.test.${ending}`, text: test },
  ];
  return template === "council"
    ? files
    : [
        ...files,
        { path: "example.diff", text: EXAMPLE_DIFF },
        { path: ".github/workflows/quorate.yml", text: workflow(plan) },
      ];
}

/** The command that runs the team as it was written. */
export function firstRun({ template, ending }: InitPlan): string {
  const team = `${template}.${ending}`;
  return template === "council"
    ? `quorate run ${team} --set question="Do we rewrite the parser?"`
    : `quorate run ${team} --set diff=@example.diff`;
}

const CHANGE = `/** What every agent is given: a change as git shows it. */
interface Change {
  readonly diff: string;
}
`;

/** An agent that is a program, or how one would be added where none can be asked. */
function codingAgent({ codingAgent: program }: InitPlan, lines: readonly string[]): string {
  const name = program ?? "claude";
  const code = lines.map((line) => line.replaceAll("PROGRAM", name));
  return program === undefined
    ? [
        "// A coding agent can be one of them, too. Install execa and the program, log in, and see docs/command.md:",
        '// import { claude } from "quorate/command";',
        ...code.map((line) => `// ${line}`.trimEnd()),
      ].join("\n")
    : code.join("\n");
}

function importOf({ codingAgent: program }: InitPlan): string {
  return program === undefined ? "" : `import { ${program} } from "quorate/command";\n`;
}

const member = ({ codingAgent: program }: InitPlan): string =>
  program === undefined ? "" : ", reviewer";

const TEAMS = {
  gate: (plan: InitPlan): string => `import { agent, prefer, supervisor, unanimous } from "quorate";
${importOf(plan)}
${CHANGE}
/** The lines that a change adds. */
const added = (diff: string): string[] =>
  diff.split("\\n").filter((line) => line.startsWith("+") && !line.startsWith("+++"));

const secrets = agent({
  name: "secrets",
  run: ({ diff }: Change) => ({
    recommendation: added(diff).some((line) => /(key|secret|token|password)\\s*[:=]\\s*["'\`].{8}/i.test(line))
      ? ("hold" as const)
      : ("ship" as const),
  }),
});

const size = agent({
  name: "size",
  run: ({ diff }: Change) => ({
    recommendation: added(diff).length > 800 ? ("hold" as const) : ("ship" as const),
  }),
});

${codingAgent(plan, [
  "const reviewer = PROGRAM({",
  '  name: "reviewer",',
  "  prompt: ({ diff }: Change) =>",
  "    `Is this change fit to be released? Answer with one word, ship or hold.\\n\\n${diff}`,",
  "  // Whatever else it answers holds the change.",
  "  claims: (answer) => [",
  '    { subject: "task", position: /^\\W*ship\\W*$/i.test(answer) ? "ship" : "hold", evidence: answer },',
  "  ],",
  "});",
])}

export default supervisor({
  name: "gate",
  agents: { secrets, size${member(plan)} },
  // All agree, or whoever would hold the change has the word.
  resolve: [unanimous(), prefer(["hold"])],
  gate: { pass: ["ship"] },
});
`,
  review: (
    plan: InitPlan,
  ): string => `import { agent, supervisor, support, type PlacedFinding } from "quorate";
${importOf(plan)}
${CHANGE}
/** The lines that a change adds, each with its file and its number there. */
function* added(diff: string): Generator<{ file: string; line: number; text: string }> {
  let file = "";
  let line = 0;
  for (const text of diff.split("\\n")) {
    const hunk = /^@@ -\\d+(?:,\\d+)? \\+(\\d+)/.exec(text);
    if (text.startsWith("+++ ")) file = text.slice(4).replace(/^b\\//, "");
    else if (hunk !== null) line = Number(hunk[1]);
    else if (text.startsWith("+")) yield { file, line: line++, text: text.slice(1) };
    else if (!text.startsWith("-")) line++;
  }
}

/** An agent that reports lines of a kind. */
const finder = <Name extends string>(
  name: Name,
  pattern: RegExp,
  finding: Pick<PlacedFinding, "text" | "severity" | "rule">,
) =>
  agent({
    name,
    run: ({ diff }: Change) => ({
      findings: [...added(diff)]
        .filter(({ text }) => pattern.test(text))
        .map(({ file, line }) => ({ ...finding, file, line })),
    }),
  });

const secrets = finder("secrets", /(key|secret|token|password)\\s*[:=]\\s*["'\`].{8}/i, {
  text: "A secret stands in the code",
  severity: "critical",
  rule: "no-secrets",
});
const leftovers = finder("leftovers", /console\\.log|debugger|FIXME/, {
  text: "A leftover of debugging",
  severity: "low",
  rule: "no-leftovers",
});

${codingAgent(plan, [
  "const reviewer = PROGRAM({",
  '  name: "reviewer",',
  "  prompt: ({ diff }: Change) =>",
  "    `List the bugs in this change, one a line, or answer with the word none.\\n\\n${diff}`,",
  "  claims: () => [],",
  "});",
])}

export default supervisor({
  name: "review",
  agents: { secrets, leftovers${member(plan)} },
  // What one agent reports stands. With several that look for the same, ask for two.
  resolve: [support({ atLeast: 1 })],
  gate: { severity: "high" },
});
`,
  council: (
    plan: InitPlan,
  ): string => `import { agent, supervisor, unanimous, vote } from "quorate";
${importOf(plan)}
/** What every agent is given. */
interface Matter {
  readonly question: string;
}

/** A voice that goes by what the question says. Put a model in its place: see docs/ai-sdk.md. */
const voice = <Name extends string>(name: Name, says: (question: string) => "yes" | "no") =>
  agent({ name, run: ({ question }: Matter) => ({ recommendation: says(question.toLowerCase()) }) });

const careful = voice("careful", (question) => (/rewrite|delete|replace/.test(question) ? "no" : "yes"));
const bold = voice("bold", () => "yes");
const frugal = voice("frugal", (question) => (/rewrite|buy|hire/.test(question) ? "no" : "yes"));

${codingAgent(plan, [
  "const reviewer = PROGRAM({",
  '  name: "reviewer",',
  "  prompt: ({ question }: Matter) => `${question}\\n\\nAnswer with one word, yes or no.`,",
  "  claims: (answer) => [",
  '    { subject: "task", position: /\\bno\\b/i.test(answer) ? "no" : "yes", evidence: answer },',
  "  ],",
  "});",
])}

export default supervisor({
  name: "council",
  agents: { careful, bold, frugal${member(plan)} },
  resolve: [unanimous(), vote()],
});
`,
} as const;

const TESTS = {
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
  assert.deepEqual(places.toSorted(), ["src/login.ts:10", "src/login.ts:9"]);
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
} as const;

function workflow({ template, ending, packageManager }: InitPlan): string {
  return `name: ${template}
on: pull_request
permissions:
  contents: read
jobs:
  ${template}:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@9c091bb21b7c1c1d1991bb908d89e4e9dddfe3e0 # v7.0.0
        with:
          fetch-depth: 0
          persist-credentials: false
      - uses: actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0
        with:
          node-version: 24
      - run: ${INSTALLING[packageManager].locked}
      - run: git diff "origin/$GITHUB_BASE_REF...HEAD" > "$RUNNER_TEMP/change.diff"
      # The action of the package that is installed. With comment: true it needs pull-requests: write, with sarif: true security-events: write.
      - uses: ./node_modules/quorate
        with:
          team: ${template}.${ending}
          args: |
            --set
            diff=@\${{ runner.temp }}/change.diff
`;
}
