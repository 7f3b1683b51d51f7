import type { Command } from "commander";

/** Command lines that show what each command is for. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  run: [
    "quorate run team.ts --input task.json",
    "git diff | quorate run team.ts --text - --fail-on hold",
    "quorate run team.ts --set diff=@change.diff --budget 0.50 --report md=out.md",
  ],
  plan: [
    "quorate plan team.ts --input task.json --budget 0.50",
    "quorate plan team.ts --set n:=3 --json",
  ],
  eval: [
    "quorate eval team.ts cases.jsonl --live --report json=baseline.json",
    "quorate eval team.ts cases.jsonl --baseline baseline.json",
    "quorate eval team.ts cases.jsonl --beside panel.ts",
  ],
  resume: ["quorate resume team.ts", "quorate resume team.ts --all"],
  fork: [
    "quorate fork team.ts latest --from style",
    "quorate fork team.ts latest --set diff=@other.diff",
  ],
  runs: ["quorate runs --status waiting,interrupted", "quorate runs --since 1d --tag branch=main"],
  show: ["quorate show latest", "quorate show 3f2a --full"],
  follow: ["quorate follow latest", "quorate follow latest --json"],
  cancel: ["quorate cancel latest"],
  retry: ["quorate retry 3f2a", "quorate runs --status dead"],
  explain: ["quorate explain latest", 'quorate explain latest --subject "token"'],
  prune: ["quorate prune --older-than 30d", "quorate prune --older-than 30d --dry-run"],
  worker: ["quorate worker team.ts --db postgres://quorate@db.internal/quorate"],
  delete: ["quorate delete 3f2a", "quorate delete --tenant acme"],
  report: [
    "quorate report latest > report.md",
    "quorate report latest --report sarif=out.sarif --report html=run.html",
  ],
  serve: ["quorate serve team.ts", "quorate serve gate.ts board.ts --port 8080 --db runs.db"],
  mcp: ["quorate mcp team.ts", "claude mcp add quorate -- npx quorate mcp team.ts --db quorate.db"],
  doctor: ["quorate doctor", "quorate doctor team.ts --json"],
  init: ["quorate init", "quorate init my-team --template review --yes"],
  completion: ["source <(quorate completion zsh)", "quorate completion fish | source"],
  decide: ['quorate decide latest task hold --team team.ts --why "not on a Friday"'],
  truth: ["quorate truth latest task hold", "quorate truth --from truths.jsonl"],
  export: [
    "quorate export latest > run.jsonl",
    "quorate export --truths > truths.jsonl",
    "quorate export --cases --team gate > cases.jsonl",
  ],
  import: ["quorate import run.jsonl", "quorate export latest | quorate import - --db copy.db"],
  agents: ["quorate agents", "quorate agents gate --labels fixed"],
  audit: ["quorate audit judge", "quorate audit judge chief --author-of ann,bob"],
  bill: ["quorate bill --since 7d", "quorate bill --json"],
};

/** Ends the help of a command with command lines that show what it is for. */
export function addExamples(command: Command): void {
  const lines = EXAMPLES[command.name()];
  if (lines === undefined) return;
  command.addHelpText("after", ["", "Examples:", ...lines.map((line) => `  ${line}`)].join("\n"));
}

/** A command line that shows how a command is called. */
export function exampleOf(command: Command): string | undefined {
  return EXAMPLES[command.name()]?.[0];
}
