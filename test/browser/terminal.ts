import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import type { Browser } from "playwright-core";
import { fontFaces, openBrowser } from "./browser.ts";

// Records sessions of the command line on a terminal of 80 columns, and draws what stands on it in the end, in the dark and in the light. Times and ids are
// those of the recording, so that no test compares these pictures.

const root = resolve(import.meta.dirname, "../..");
const main = join(root, "dist/cli/main.js");
const pictures = join(root, "docs/pictures");
const require = createRequire(import.meta.url);

interface Session {
  readonly name: string;
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

const SESSIONS: readonly Session[] = [
  {
    name: "first-run",
    lines: [
      "quorate init --template review --yes",
      'quorate run review.ts --set "diff=+const a = 1;"',
    ],
  },
  { name: "gate", lines: ["quorate run gate.ts --set diff=@example.diff", "echo $?"] },
  {
    name: "wrong-input",
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
    lines: [
      "quorate run release.ts --input null --id friday",
      "quorate decide friday task ship --team release.ts",
    ],
  },
];

const COLUMNS = 80;
const ROWS = 200;

/** What lines of a shell put on a terminal, in a folder where quorate is installed. */
function recorded({ lines }: Session): string {
  const cwd = mkdtempSync(join(tmpdir(), "quorate-terminal-"));
  try {
    mkdirSync(join(cwd, "node_modules/.bin"), { recursive: true });
    symlinkSync(root, join(cwd, "node_modules/quorate"));
    symlinkSync(main, join(cwd, "node_modules/.bin/quorate"));
    writeFileSync(join(cwd, "package.json"), '{ "type": "module" }');
    writeFileSync(join(cwd, "release.ts"), TEAM);
    const { NO_COLOR: _no, CI: _ci, npm_lifecycle_event: _npm, ...env } = process.env;
    const bin = [join(cwd, "node_modules/.bin"), join(root, "node_modules/.bin")];
    const PATH = [...bin, process.env["PATH"] ?? ""].join(delimiter);
    const variables = { ...env, PATH, TERM: "xterm-256color", HOME: cwd };
    const shell = (line: string): string => {
      const command = `stty cols ${COLUMNS} rows 40; ${line}`;
      return spawnSync("script", ["-qec", command, "/dev/null"], {
        cwd,
        env: variables,
        encoding: "utf8",
        input: "",
      }).stdout;
    };
    if (!lines[0]?.includes("init"))
      spawnSync(process.execPath, [main, "init", "--yes"], { cwd, env: variables });
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

const THEMES = {
  dark: {
    background: "#16181d",
    foreground: "#d8dce4",
    green: "#7cc379",
    red: "#ef7c7c",
    yellow: "#e0b35c",
  },
  light: {
    background: "#ffffff",
    foreground: "#24292f",
    green: "#1a7f37",
    red: "#c62828",
    yellow: "#8a5a00",
  },
} as const;

/** What stands on the terminal when all of that has been written to it. */
async function drawn(browser: Browser, text: string, scheme: keyof typeof THEMES): Promise<Buffer> {
  const context = await browser.newContext({
    viewport: { width: 1_000, height: 800 },
    deviceScaleFactor: 1.5,
    offline: true,
  });
  try {
    const page = await context.newPage();
    const { background } = THEMES[scheme];
    await page.setContent(
      `<style>${fontFaces()} body { margin: 0 } #box { display: inline-block; padding: 16px; background: ${background} } .xterm-viewport, .xterm-scrollable-element > .scrollbar { display: none }</style><div id="box"><div id="terminal"></div></div>`,
    );
    await page.addStyleTag({ path: require.resolve("@xterm/xterm/css/xterm.css") });
    await page.addScriptTag({ path: require.resolve("@xterm/xterm") });
    await page.evaluate(
      async ({ theme, columns, rows, given }) => {
        await document.fonts.load('14px "JetBrains Mono"');
        const { Terminal } = globalThis as unknown as { Terminal: new (options: object) => Xterm };
        const options = { cols: columns, rows, theme, convertEol: false, cursorBlink: false };
        const font = { fontFamily: '"JetBrains Mono", monospace', fontSize: 14, lineHeight: 1.25 };
        const terminal = new Terminal({ ...options, ...font });
        terminal.open(document.querySelector("#terminal") as HTMLElement);
        await new Promise<void>((done) => terminal.write(`${given}\u001B[?25l`, done));
        const { buffer } = terminal;
        terminal.resize(columns, buffer.active.baseY + buffer.active.cursorY + 1);
        await new Promise((done) => setTimeout(done, 300));
      },
      { theme: THEMES[scheme], columns: COLUMNS, rows: ROWS, given: text },
    );
    return await page.locator("#box").screenshot();
  } finally {
    await context.close();
  }
}

interface Xterm {
  open(parent: HTMLElement): void;
  write(text: string, done: () => void): void;
  resize(columns: number, rows: number): void;
  readonly buffer: { readonly active: { readonly baseY: number; readonly cursorY: number } };
}

/** Draws every session anew. */
export async function recordTerminal(): Promise<void> {
  const browser = await openBrowser();
  try {
    mkdirSync(pictures, { recursive: true });
    for (const session of SESSIONS) {
      const text = recorded(session);
      for (const scheme of ["dark", "light"] as const) {
        const file = join(pictures, `terminal-${session.name}-${scheme}.png`);
        writeFileSync(file, await drawn(browser, text, scheme));
        console.log(`wrote ${file}`);
      }
    }
  } finally {
    await browser.close();
  }
}
