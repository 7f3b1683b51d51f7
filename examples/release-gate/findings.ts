import { relative } from "node:path";
import { sarif, type PlacedFinding, type Ran, type Severity } from "quorate/command";

/** A tool's report about a project: whether to release it, and what it found. */
export interface Report {
  readonly recommendation: "ship" | "hold";
  readonly findings: readonly PlacedFinding[];
}

const HOLDS: ReadonlySet<unknown> = new Set(["critical", "high"]);
const MOST_FINDINGS = 200;

function report(findings: readonly PlacedFinding[]): Report {
  const holds = findings.some(({ severity }) => HOLDS.has(severity));
  return {
    recommendation: holds ? "hold" : "ship",
    findings: findings.toSorted((a, b) => rankOf(a) - rankOf(b)).slice(0, MOST_FINDINGS),
  };
}

const rankOf = ({ severity }: PlacedFinding): number => (HOLDS.has(severity) ? 0 : 1);

/** A tool that failed has no position. */
function failed(ran: Ran): Error {
  const said = `${ran.stderr}\n${ran.stdout}`.trim().split("\n").slice(0, 3).join(" ");
  return new Error(`it ended with exit code ${ran.exitCode}: ${said.slice(0, 300)}`);
}

/** `src/a.ts(1,14): error TS2322: Type 'string' is not …` */
const TSC_LINE = /^(.+?)\((\d+),\d+\): (error|warning) (TS\d+): (.*)$/;

export function tscReport(ran: Ran): Report {
  const found = ran.stdout.split("\n").flatMap((line): PlacedFinding[] => {
    const [, file, at, level, rule, text] = TSC_LINE.exec(line) ?? [];
    if (file === undefined || text === undefined) return [];
    const severity = level === "error" ? "high" : "medium";
    return [{ text, file, line: Number(at), severity, ...(rule !== undefined && { rule }) }];
  });
  // Without settings it prints its usage.
  if (ran.stdout.startsWith("Version ")) throw new Error("the project has no tsconfig.json");
  if (ran.exitCode !== 0 && found.length === 0) throw failed(ran);
  return report(found);
}

export function sarifReport(ran: Ran): Report {
  return report(sarif(ran).findings);
}

/** knip's report about each file: lists of names, by kind of issue. */
type KnipIssue = Readonly<Record<string, unknown>> & { readonly file: string };

interface Named {
  readonly name: string;
  readonly line?: number;
}

const namesIn = (list: unknown): readonly Named[] =>
  Array.isArray(list) ? (list as readonly Named[]) : [];

const KNIP: Readonly<Record<string, readonly [text: string, severity: Severity]>> = {
  unresolved: ["is imported, and not there", "high"],
  unlisted: ["is imported, and not among the dependencies", "high"],
  files: ["is imported by nothing", "low"],
  exports: ["is exported, and imported by nothing", "low"],
  types: ["is an exported type that nothing imports", "low"],
  dependencies: ["is a dependency that nothing imports", "low"],
};

/** Files that are started by name and imported by none: tests, settings, scripts. */
const STARTED =
  /(?:^|\/)(?:tests?|__tests__|bench|examples|scripts)\/|\.(?:test|spec|config|d)\.[cm]?[jt]sx?$|^\./;

export function knipReport(ran: Ran): Report {
  if (ran.exitCode !== 0) throw failed(ran);
  const { issues } = JSON.parse(ran.stdout) as { readonly issues: readonly KnipIssue[] };
  return report(
    issues.flatMap((issue) =>
      Object.entries(KNIP).flatMap(([kind, [text, severity]]) =>
        namesIn(issue[kind])
          .filter(({ name }) => kind !== "files" || !STARTED.test(name))
          .map(({ name, line }) => ({
            text: `${name} ${text}`,
            file: issue.file,
            severity,
            rule: kind,
            ...(line !== undefined && { line }),
          })),
      ),
    ),
  );
}

/** `/project/src/a.ts:1:43: [GITHUB_TOKEN] found GitHub Token(****): **** [Error/… > …-rule-github]`; the secret is masked. */
const SECRET_LINE = /^(.+?):(\d+):\d+: (.*) \[(?:Error|Warning)\/[^\]]*?([\w-]+)\]$/;

export function secretsReport(ran: Ran): Report {
  const found = ran.stdout.split("\n").flatMap((line): PlacedFinding[] => {
    const [, file = "", at, text, rule = ""] = SECRET_LINE.exec(line) ?? [];
    if (text === undefined) return [];
    const path = relative(ran.cwd, file);
    return [{ text, file: path, line: Number(at), severity: "critical", rule }];
  });
  if (ran.exitCode !== 0 && found.length === 0) throw failed(ran);
  return report(found);
}

/** `/project/src/a.ts:1:20: warning: Found 9 lines (1-10) duplicated on file /project/src/b.ts (31-40)` */
const COPY_LINE =
  /^(.+?):(\d+):\d+: warning: Found \d+ lines \(\d+-(\d+)\) duplicated on file (.+) \((\d+)-\d+\)$/;

/** Duplicated code is no reason to hold a release. Paths are shown relative to the project. */
export function copiesReport(folder: string): (ran: Ran) => Report {
  return (ran) => {
    const found = ran.stdout.split("\n").flatMap((line): PlacedFinding[] => {
      const [, file = "", first, last, other = "", at] = COPY_LINE.exec(line) ?? [];
      if (first === undefined) return [];
      return [
        {
          text: `the same code as in ${relative(folder, other)}:${at}`,
          file: relative(folder, file),
          line: Number(first),
          endLine: Number(last),
          severity: "low",
          rule: "duplicate",
        },
      ];
    });
    if (ran.exitCode !== 0 || !/^(?:Found \d+ clones\.|time: )/m.test(ran.stdout))
      throw failed(ran);
    return report(found);
  };
}

/** `1. pkg.main is ./missing.js but the file does not exist.`, below `Errors:`, `Warnings:` or `Suggestions:` */
export function publintReport(ran: Ran): Report {
  if (ran.exitCode !== 0 && !ran.stdout.includes("Errors:")) throw failed(ran);
  let severity: Severity = "high";
  const found: PlacedFinding[] = [];
  for (const line of ran.stdout.split("\n")) {
    if (line.startsWith("Errors:")) severity = "high";
    if (line.startsWith("Warnings:")) severity = "medium";
    if (line.startsWith("Suggestions:")) severity = "low";
    const [, text] = /^\d+\. (.*)$/.exec(line) ?? [];
    if (text !== undefined) found.push({ text, file: "package.json", severity });
  }
  return report(found);
}
