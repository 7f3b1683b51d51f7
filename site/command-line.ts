import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { root } from "./places.ts";
import { write } from "./stage.ts";

const MAIN = join(root, "dist/cli/main.js");

function help(...args: readonly string[]): string {
  const { stdout, status, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1", npm_lifecycle_event: "" },
  });
  if (status !== 0) throw new Error(`quorate ${args.join(" ")} ended with ${status}: ${stderr}`);
  return stdout.trimEnd();
}

/** The commands of the program, as its own help lists them. */
export function commands(): readonly string[] {
  const list = help("--help").split(/^Commands:$/m)[1] ?? "";
  return [...list.matchAll(/^ {2}([a-z]+)/gm)]
    .map(([, name = ""]) => name)
    .filter((name) => name !== "help");
}

/** The reference of the command line: what each command says of itself. */
export function stageCommandLine(): number {
  const names = commands();
  const sections = names.map(
    (name) => `## quorate ${name}\n\n\`\`\`text\n${help("help", name)}\n\`\`\``,
  );
  write(
    "reference/cli.md",
    [
      "# Commands",
      "What `quorate help` and `quorate help COMMAND` print. [The command line](../cli.md) is about what the commands share.",
      `\`\`\`text\n${help("--help")}\n\`\`\``,
      ...sections,
      "",
    ].join("\n\n"),
  );
  return names.length;
}
