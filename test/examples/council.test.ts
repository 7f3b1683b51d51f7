import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { folder } from "../cli/command.ts";
import { COMPILED } from "../compiled.ts";

const MAIN = fileURLToPath(new URL("../../examples/council/main.ts", import.meta.url));

function council(
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly page: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: folder(),
    env: { ...process.env, ...COMPILED },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let page = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (page += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (page += text));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, page })));
}

describe("the council", () => {
  it("agrees, is outvoted, and waits for a person, in this order and without a key", async () => {
    const { code, page } = await council();
    expect(page).toMatch(
      /keep the monolith, unanimous by [^]*Postgres, decided by the resolver "vote"[^]*a person has to decide[^]*one module at a time, decided by the resolver "human".*small steps/,
    );
    expect(code).toBe(0);
  });

  it("says what a model is called where it is called otherwise", async () => {
    const { code, page } = await council("--model", "mini", "--option", "a", "--option", "b", "?");
    expect(page).toContain("mini is no model; use anthropic:NAME, openai:NAME or google:NAME.");
    expect(code).toBe(1);
  });
});
