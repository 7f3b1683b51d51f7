// Agents that are programs, in each kind of folder that they can be in.

import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { supervisor } from "quorate";
import { commandAgent, exitCode } from "quorate/command";

const folder = process.argv[2];
writeFileSync(join(folder, "kept.txt"), "kept");
const git = (...args) => execFileSync("git", args, { cwd: folder, stdio: "ignore" });
git("init", "--quiet");
git("add", "kept.txt");
git("-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "--quiet", "-m", "one");

const inA = (workspace) =>
  commandAgent({
    name: workspace,
    command: "sh",
    args: ["-c", "pwd; test -e kept.txt"],
    cwd: folder,
    workspace,
    read: exitCode({ 0: "there", 1: "gone" }),
  });
const agents = Object.fromEntries(
  ["in-place", "copy", "worktree", "empty"].map((kind) => [kind, inA(kind)]),
);
const { results } = await supervisor({ name: "programs", agents }).run("x");
for (const [kind, { status, output, error }] of Object.entries(results))
  console.log(kind, status, JSON.stringify(output?.recommendation ?? error?.message));
console.log("kept", existsSync(join(folder, "kept.txt")));
