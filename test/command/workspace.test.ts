import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commandAgent, type Ran, type WorkspaceKind } from "../../src/command/index.ts";
import {
  answerOf,
  ask,
  failureOf,
  isAlive,
  play,
  roll,
  testFolder,
  told,
  watchTemporaryFolders,
} from "./play.ts";

const folder = testFolder();
watchTemporaryFolders();

let count = 0;
function project(): string {
  const made = join(folder, `project-${count++}`);
  mkdirSync(join(made, "sub"), { recursive: true });
  writeFileSync(join(made, "a.txt"), "a");
  return made;
}

function repository(): string {
  const made = project();
  const git = (...args: readonly string[]): void =>
    void execFileSync("git", ["-c", "user.name=T", "-c", "user.email=t@t", ...args], { cwd: made });
  git("init", "--quiet");
  writeFileSync(join(made, "sub/b.txt"), "b");
  git("add", ".");
  git("commit", "--quiet", "--no-gpg-sign", "-m", "first");
  writeFileSync(join(made, ".git/hooks/post-checkout"), "#!/bin/sh\ntouch hooked\n", {
    mode: 0o755,
  });
  return made;
}

const read = ({ cwd }: Ran): { made: string; names: readonly string[]; cwd: string } => ({
  made: readFileSync(join(cwd, "made-here.txt"), "utf8"),
  names: readdirSync(cwd).toSorted(),
  cwd,
});

const writing = (workspace: WorkspaceKind, cwd: string): ReturnType<typeof writer> =>
  writer(workspace, cwd);
const writer = (workspace: WorkspaceKind, cwd: string) =>
  commandAgent({ name: "writer", workspace, cwd, read, ...play("write") });

describe("where a program works", () => {
  it("is a copy that its reader sees and that is removed, where it says so", async () => {
    const cwd = project();
    const answer = await answerOf(writing("copy", cwd), "new");
    expect(answer).toMatchObject({ made: "new", names: ["a.txt", "made-here.txt", "sub"] });
    expect(existsSync(answer.cwd)).toBe(false);
    expect(readdirSync(cwd).toSorted()).toEqual(["a.txt", "sub"]);
  });

  it("is a copy without the links that lead out of the folder", async () => {
    const cwd = project();
    const outside = project();
    symlinkSync(outside, join(cwd, "absolute"));
    symlinkSync(`../${outside.split("/").at(-1)}`, join(cwd, "relative"));
    symlinkSync("a.txt", join(cwd, "inside"));
    execFileSync("mkfifo", [join(cwd, "pipe")]);
    writeFileSync(join(cwd, ".git"), "gitdir: /elsewhere");
    const { names } = await answerOf(writing("copy", cwd));
    expect(names).toEqual(["a.txt", "inside", "made-here.txt", "sub"]);
  });

  it("is a worktree of the last commit, which Git has forgotten afterwards, and no hook runs", async () => {
    const cwd = repository();
    writeFileSync(join(cwd, "uncommitted.txt"), "");
    const answer = await answerOf(writing("worktree", join(cwd, "sub")), "new");
    expect(answer).toMatchObject({ made: "new", names: ["b.txt", "made-here.txt"] });
    expect(existsSync(answer.cwd)).toBe(false);
    const listed = execFileSync("git", ["worktree", "list"], { cwd, encoding: "utf8" });
    expect(listed.trim().split("\n")).toHaveLength(1);
    expect(existsSync(join(cwd, "hooked"))).toBe(false);
  });

  it("cannot be a worktree of what is no repository: one sentence says so", async () => {
    const failed = await failureOf(writing("worktree", project()));
    expect(failed.message).toMatch(
      /^writer: "git" exited with 128, which is not listed as an answer; .*not a git repository/,
    );
  });

  it("cannot be a copy of what is not there, which is not tried again", async () => {
    const failed = await failureOf(writing("copy", join(folder, "nowhere")));
    expect(failed.message).toMatch(
      /^the folder ".*nowhere" of writer is not there; give cwd a folder that exists$/,
    );
    expect(failed.attempts).toBe(1);
  });

  it("is empty, where it says so", async () => {
    expect(await answerOf(writing("empty", project()))).toMatchObject({ names: ["made-here.txt"] });
  });

  it("is the folder itself, where nobody says otherwise", async () => {
    const cwd = project();
    await answerOf(commandAgent({ name: "writer", cwd, ...play("write") }), "x");
    expect(readdirSync(cwd)).toContain("made-here.txt");
  });

  it.each(["copy", "worktree", "empty"] as const)(
    "is removed when a run is cancelled: %s",
    async (workspace) => {
      const list = roll(folder);
      const cwd = repository();
      const hanging = commandAgent({ name: "hanging", workspace, cwd, ...play("hang", list.file) });
      const controller = new AbortController();
      const run = ask(hanging, "task", { signal: controller.signal });
      await told(list, 1);
      controller.abort(new Error("enough"));
      await expect(run).rejects.toThrow("enough");
      expect(list.pids().filter(isAlive)).toEqual([]);
      const listed = execFileSync("git", ["worktree", "list"], { cwd, encoding: "utf8" });
      expect(listed.trim().split("\n")).toHaveLength(1);
    },
  );
});
