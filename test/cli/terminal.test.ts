import { spawn, spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { COMPILED } from "../compiled.ts";
import { folder, MAIN, quorate, team } from "./command.ts";

// A pseudo-terminal comes from util-linux's script; other systems have another program of that name, or none.
const hasScript = process.platform === "linux" && spawnSync("script", ["--version"]).status === 0;

/** What a run puts on an 80×24 terminal. `type` is typed one after another, each when the text before it is seen. */
function onTerminal(
  env: NodeJS.ProcessEnv,
  task: object,
  type: readonly { readonly after: string; readonly keys: string }[] = [],
): Promise<string> {
  const { NO_COLOR: _no, FORCE_COLOR: _force, CI: _ci, ...rest } = process.env;
  const command = `stty cols 80 rows 24; echo '${JSON.stringify(task)}' > task.json; "${process.execPath}" "${MAIN}" run "${team("scripted")}" --input task.json`;
  const child = spawn("script", ["-qec", command, "/dev/null"], {
    cwd: folder(),
    env: { ...rest, ...COMPILED, TERM: "xterm-256color", ...env },
  });
  let screen = "";
  const toType = [...type];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    screen += text;
    const next = toType[0];
    if (next === undefined || !screen.includes(next.after)) return;
    toType.shift();
    child.stdin.write(next.keys);
  });
  return new Promise((resolve) => child.on("close", () => resolve(screen)));
}

describe.skipIf(!hasScript)("on a terminal (needs script of util-linux)", () => {
  it("redraws one line per agent, in colour, and leaves the last state above the report", async () => {
    const screen = await onTerminal({}, { security: "hold", performance: "fail" });
    expect(screen).toContain("\u001b[");
    // eslint-disable-next-line no-control-regex -- colours are taken off here
    const plain = screen.replaceAll(/\u001b\[[0-9;?]*[a-zA-Z]/g, "");
    expect(plain).toMatch(/✔ security +.*hold/);
    expect(plain).toMatch(/✖ performance +.*nothing to say/);
    expect(plain).toMatch(/✔ 1 disagreement, 1 verdict/);
    expect(plain).toContain("partial: not every agent answered");
    // Where the cursor was hidden, it was shown again.
    expect(screen.lastIndexOf("\u001b[?25h")).toBeGreaterThanOrEqual(
      screen.lastIndexOf("\u001b[?25l"),
    );
  });

  it("stops in order on Ctrl-C, and at once on the second", async () => {
    const ctrlC = "\u0003";
    const [once, twice] = await Promise.all([
      onTerminal({}, { security: "wait" }, [{ after: "✔", keys: ctrlC }]),
      onTerminal({}, { security: "ignore" }, [
        { after: "✔", keys: ctrlC },
        { after: "Ctrl-C again leaves at once", keys: ctrlC },
      ]),
    ]);
    expect(once).toContain("cancelled: stopped by Ctrl-C");
    expect(twice).not.toContain("Answers");
    for (const screen of [once, twice]) {
      expect(screen.lastIndexOf("\u001b[?25h")).toBeGreaterThan(screen.lastIndexOf("\u001b[?25l"));
    }
  });

  it("is plain with NO_COLOR", async () => {
    const screen = await onTerminal({ NO_COLOR: "1" }, {});
    expect(screen).not.toContain("\u001b");
    expect(screen).toContain("asking 3 agents in parallel");
  });

  it("breaks what was wrong between words", () => {
    const { NO_COLOR: _no, FORCE_COLOR: _force, ...env } = process.env;
    const command = `stty cols 80 rows 24; "${process.execPath}" "${MAIN}" run team.ts --input task.json --agents ann, --db runs.db`;
    const { stdout } = spawnSync("script", ["-qec", command, "/dev/null"], {
      cwd: folder(),
      env: { ...env, ...COMPILED, TERM: "xterm-256color" },
      encoding: "utf8",
      input: "",
    });
    const lines = stdout.trimEnd().split("\r\n");
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.every((line) => line.length <= 80)).toBe(true);
    expect(lines.join(" ").replaceAll(/ +/g, " ")).toBe(
      "quorate: option '--agents <names>' argument 'ann,' is invalid: give names separated by commas; see quorate run --help",
    );
  });
});

describe("the output that is no terminal", () => {
  it("is in colour where FORCE_COLOR says so, and else plain", async () => {
    const cwd = folder();
    const run = ["run", team("scripted"), "--input", "{}"];
    const [plain, forced] = [
      await quorate(run, cwd),
      await quorate(run, cwd, "", { FORCE_COLOR: "1" }),
    ];
    expect(plain.stdout).not.toContain("\u001b");
    expect(forced.stdout).toContain("\u001b[1mscripted\u001b[22m");
    // Told line by line all the same: nothing is drawn again where nobody looks.
    // eslint-disable-next-line no-control-regex -- what moves the cursor is looked for
    expect(forced.stdout).not.toMatch(/\u001b\[[0-9;?]*[A-HJKf]/);
  });
});
