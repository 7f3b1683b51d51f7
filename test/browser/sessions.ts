import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";

// Sessions of the command line on a terminal of 80 columns, as docs/pictures/terminal-*.svg show them.

const root = resolve(import.meta.dirname, "../..");
const main = join(root, "dist/cli/main.js");

export interface Session {
  readonly name: string;
  /** What it shows, for who cannot see it. */
  readonly title: string;
  readonly lines: readonly string[];
}

const TEAM = `import { agent, human, supervisor, unanimous } from "quorate";

const says = <const Name extends string>(name: Name, recommendation: "ship" | "hold") =>
  agent({ name, cost: "free", run: async () => ({ recommendation }) });

export default supervisor({
  name: "release",
  agents: { tests: says("tests", "ship"), security: says("security", "hold"), docs: says("docs", "ship") },
  resolve: [unanimous(), human()],
  gate: { pass: ["ship"] },
});
`;

export const SESSIONS: readonly Session[] = [
  {
    name: "first-run",
    title: "A terminal: quorate init writes a team, and its first run finds nothing",
    lines: [
      "quorate init --template review --yes",
      'quorate run review.ts --set "diff=+const a = 1;"',
    ],
  },
  {
    name: "gate",
    title: "A terminal: two agents differ, the gate does not pass, and the exit code is 4",
    lines: ["quorate run gate.ts --set diff=@example.diff", "echo $?"],
  },
  {
    name: "wrong-input",
    title: "A terminal: six wrong commands, each answered by a sentence that says what was meant",
    lines: [
      "quorate rnu gate.ts",
      "quorate run gate.ts --inptu task.json",
      "quorate run gate.ts --input '{\"diff\":'",
      "quorate run gate.ts --text 'a change'",
      "quorate run gate.ts --set diff=x --agents secruity",
      "quorate logs",
    ],
  },
  {
    name: "waiting",
    title: "A terminal: a run waits for a person, who decides, and the run goes on",
    lines: [
      "quorate run release.ts --input null --id friday",
      "quorate decide friday task ship --team release.ts",
    ],
  },
];

export const COLUMNS = 80;

/** What lines of a shell put on a terminal, in a folder where quorate is installed and nobody has keys or coding agents. */
export function recorded({ lines }: Session): string {
  const cwd = mkdtempSync(join(tmpdir(), "quorate-terminal-"));
  try {
    const bin = join(cwd, "node_modules/.bin");
    mkdirSync(bin, { recursive: true });
    symlinkSync(root, join(cwd, "node_modules/quorate"));
    symlinkSync(main, join(bin, "quorate"));
    // The Node that runs this, and of its folder nothing else: agents may be installed there.
    symlinkSync(process.execPath, join(bin, "node"));
    writeFileSync(join(cwd, "package.json"), '{ "type": "module" }');
    writeFileSync(join(cwd, "release.ts"), TEAM);
    const PATH = [bin, "/usr/bin", "/bin"].join(delimiter);
    const env = { PATH, TERM: "xterm-256color", HOME: cwd, LANG: "C.UTF-8", TZ: "UTC" };
    const shell = (line: string): string => {
      const command = `stty cols ${COLUMNS} rows 40; ${line}`;
      const options = { cwd, env, encoding: "utf8", input: "" } as const;
      return spawnSync("script", ["-qec", command, "/dev/null"], options).stdout;
    };
    if (!lines[0]?.includes("init"))
      spawnSync(process.execPath, [main, "init", "--yes"], { cwd, env });
    let before = 0;
    return lines
      .map((line) => {
        const text = line === "echo $?" ? `${before}\r\n` : shell(`${line}; echo "=$?"`);
        const [, shown = "", code = ""] = /^(.*?)=(\d+)\s*$/s.exec(text) ?? [undefined, text];
        before = Number(code);
        return `\u001B[1m$\u001B[0m ${line}\r\n${shown}`;
      })
      .join("\r\n");
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}
