import { ASKED_IN_WORDS, WORKFLOW, type InitPlan, type PlannedFile } from "./init-plan.ts";
import { CHANGE, MATTER, TICKET } from "./init-task.ts";
import { TESTS } from "./init-tests.ts";
import { workflow } from "./init-workflow.ts";

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
  return ASKED_IN_WORDS.has(template)
    ? files
    : [
        ...files,
        { path: "example.diff", text: EXAMPLE_DIFF },
        { path: WORKFLOW, text: workflow(plan) },
      ];
}

/** The command that runs the team as it was written. */
export function firstRun({ template, ending }: InitPlan): string {
  const team = `${template}.${ending}`;
  if (template === "council")
    return `quorate run ${team} --set question="Do we rewrite the parser?"`;
  if (template === "panel") return `quorate run ${team} --set ticket="The app crashes at start"`;
  return `quorate run ${team} --set diff=@example.diff`;
}

/** An agent that is a program, or how one would be added where none can be asked. */
function codingAgent(plan: InitPlan, lines: readonly string[]): string {
  const { codingAgent: program } = plan;
  if (program !== undefined)
    return lines
      .flatMap((line) => [
        line.replaceAll("PROGRAM", program.name),
        ...(program.byAccount && line.includes("PROGRAM({") ? ['  login: "account",'] : []),
      ])
      .join("\n");
  const { says, imports, call } = shownAgent(plan);
  const code = lines.map((line) => line.replaceAll("PROGRAM({", call));
  return [
    says,
    `// ${imports}`,
    ...code.flatMap((line) => line.split("\n")).map((line) => `// ${line}`.trimEnd()),
  ].join("\n");
}

/** The agent that a comment shows: one that is installed, if any is. */
function shownAgent({ acpProgram }: InitPlan): {
  readonly says: string;
  readonly imports: string;
  readonly call: string;
} {
  if (acpProgram === undefined)
    return {
      says: "// A coding agent can be one of them, too. Install execa and the program, log in, and see docs/command.md:",
      imports: 'import { claude } from "quorate/command";',
      call: "claude({",
    };
  const { command, args, preset } = acpProgram;
  const maker = preset ?? "acpAgent";
  const start = [`  command: ${JSON.stringify(command)},`];
  if (args.length > 0) start.push(`  args: ${JSON.stringify(args)},`);
  return {
    says: `// ${command} is installed, and can be one of them by ACP. Install execa, @agentclientprotocol/sdk and zod, log in, and see docs/acp.md:`,
    imports: `import { ${maker} } from "quorate/acp";`,
    call: [`${maker}({`, ...(preset === undefined ? start : [])].join("\n"),
  };
}

function importOf({ codingAgent: program }: InitPlan): string {
  return program === undefined ? "" : `import { ${program.name} } from "quorate/command";\n`;
}

const member = ({ codingAgent: program }: InitPlan): string =>
  program === undefined ? "" : ", reviewer";

/** The reviewer answers with findings: what it says in another way is asked for again. */
const REVIEWER = [
  `const FORM = '{ "findings": [{ "text": "what is wrong", "file": "src/a.ts", "line": 1, "severity": "high" }] }';`,
  'const SEVERITIES: readonly unknown[] = ["critical", "high", "medium", "low", "info"];',
  "",
  "/** What the reviewer answers with. Whatever else it says it is asked again. */",
  "const Review: Schema<{ readonly findings: readonly PlacedFinding[] }> = {",
  '  "~standard": {',
  "    version: 1,",
  '    vendor: "by hand",',
  "    validate(answer) {",
  "      const { findings } = Object(answer) as { readonly findings?: unknown };",
  "      return Array.isArray(findings) && findings.every(isFinding)",
  "        ? { value: { findings } }",
  "        : { issues: [{ message: `it is not of the form ${FORM}` }] };",
  "    },",
  "  },",
  "};",
  "",
  "function isFinding(value: unknown): value is PlacedFinding {",
  "  const { text, file, line, severity } = Object(value) as { readonly [Name in keyof PlacedFinding]?: unknown };",
  '  return typeof text === "string" && typeof file === "string" && Number.isInteger(line) && SEVERITIES.includes(severity);',
  "}",
  "",
  "const reviewer = PROGRAM({",
  '  name: "reviewer",',
  "  input: Change,",
  "  output: Review,",
  "  prompt: ({ diff }) =>",
  "    `List the bugs in this change, each with its file, its line there and how severe it is (critical, high, medium, low or info): ${FORM}. Without bugs the list is empty.\\n\\n${diff}`,",
  "});",
];

const TEAMS = {
  gate: (
    plan: InitPlan,
  ): string => `import { agent, prefer, supervisor, unanimous, type Schema } from "quorate";
${importOf(plan)}
${CHANGE}
/** The lines that a change adds. */
const added = (diff: string): string[] =>
  diff.split("\\n").filter((line) => line.startsWith("+") && !line.startsWith("+++"));

const secrets = agent({
  name: "secrets",
  input: Change,
  cost: "free",
  run: ({ diff }) => ({
    recommendation: added(diff).some((line) => /(key|secret|token|password)\\s*[:=]\\s*["'\`].{8}/i.test(line))
      ? ("hold" as const)
      : ("ship" as const),
  }),
});

const size = agent({
  name: "size",
  input: Change,
  cost: "free",
  run: ({ diff }) => ({
    recommendation: added(diff).length > 800 ? ("hold" as const) : ("ship" as const),
  }),
});

${codingAgent(plan, [
  "const reviewer = PROGRAM({",
  '  name: "reviewer",',
  "  input: Change,",
  "  prompt: ({ diff }) =>",
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
  ): string => `import { agent, supervisor, support, type PlacedFinding, type Schema } from "quorate";
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
    input: Change,
    cost: "free",
    run: ({ diff }) => ({
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

${codingAgent(plan, REVIEWER)}

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
  ): string => `import { agent, supervisor, unanimous, vote, type Schema } from "quorate";
${importOf(plan)}
${MATTER}
/** A voice that goes by what the question says. Put a model in its place: see docs/ai-sdk.md. */
const voice = <Name extends string>(name: Name, says: (question: string) => "yes" | "no") =>
  agent({
    name,
    input: Matter,
    cost: "free",
    run: ({ question }) => ({ recommendation: says(question.toLowerCase()) }),
  });

const careful = voice("careful", (question) => (/rewrite|delete|replace/.test(question) ? "no" : "yes"));
const bold = voice("bold", () => "yes");
const frugal = voice("frugal", (question) => (/rewrite|buy|hire/.test(question) ? "no" : "yes"));

${codingAgent(plan, [
  "const reviewer = PROGRAM({",
  '  name: "reviewer",',
  "  input: Matter,",
  "  prompt: ({ question }) => `${question}\\n\\nAnswer with one word, yes or no.`,",
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
  panel: (
    plan: InitPlan,
  ): string => `import { agent, supervisor, unanimous, vote, type Schema } from "quorate";
${importOf(plan)}
${TICKET}
type Label = "bug" | "question" | "praise";

/** A voice that goes by a word of the ticket. Put a model in its place, each another one: see docs/ai-sdk.md. */
const voice = <Name extends string>(name: Name, bug: RegExp) =>
  agent({
    name,
    input: Ticket,
    cost: "free",
    run: ({ ticket }): { readonly recommendation: Label } => ({
      recommendation: bug.test(ticket) ? "bug" : ticket.includes("?") ? "question" : "praise",
    }),
  });

const one = voice("one", /crash|error/i);
const two = voice("two", /crash|fail/i);
const three = voice("three", /crash|broken/i);
const four = voice("four", /crash|wrong/i);
const five = voice("five", /crash|bug/i);

${codingAgent(plan, [
  "const reviewer = PROGRAM({",
  '  name: "reviewer",',
  "  input: Ticket,",
  "  prompt: ({ ticket }) => `Is this a bug, a question or praise? Answer with that one word.\\n\\n${ticket}`,",
  "  claims: (answer) => [",
  '    { subject: "task", position: /\\bbug\\b/i.test(answer) ? "bug" : /praise/i.test(answer) ? "praise" : "question" },',
  "  ],",
  "});",
])}

export default supervisor({
  name: "panel",
  agents: { one, two, three, four, five${member(plan)} },
  resolve: [unanimous(), vote()],
  // Nobody is asked any more once nothing still to come could change the winner. With some 50 recorded truths (quorate truth) "lead" asks still
  // fewer, the most reliable first: see docs/decisions.md.
  panel: "certain",
});
`,
} as const;
