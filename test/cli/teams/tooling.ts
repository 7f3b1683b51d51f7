import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { writeSync } from "node:fs";
import { agent, human, supervisor, unanimous } from "quorate";

// A team of a person who prints, reads standard input and starts programs that do so: none of that may reach an MCP client.

console.log("loading the team");

const heard: string[] = [];
process.stdin.on("data", (part) => heard.push(String(part)));

/** Starts a program with all that this process has. */
const program = (line: string) =>
  new Promise((resolve) => spawn("sh", ["-c", line], { stdio: "inherit" }).on("close", resolve));

const loud = agent({
  name: "loud",
  async run(task: { readonly says?: string; readonly hold?: string }, { signal }) {
    console.log("an agent speaks");
    writeSync(1, "an agent writes\n");
    process.stdout.write('{"jsonrpc":"2.0","id":1,"result":{}}\n');
    await program("echo a program speaks; cat");
    while (task.hold !== undefined && !(await isThere(task.hold))) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      signal.throwIfAborted();
    }
    return { recommendation: task.says ?? "ship", heard: heard.length };
  },
});
const calm = agent({ name: "calm", run: () => ({ recommendation: "ship" }) });

async function isThere(path: string): Promise<boolean> {
  return readFile(path).then(
    () => true,
    () => false,
  );
}

export default supervisor({
  name: "tooling",
  agents: { loud, calm },
  resolve: [unanimous(), human()],
  retries: 0,
});
