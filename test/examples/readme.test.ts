import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scriptedModel } from "../model-server/scripted-model.ts";

const readme = readFileSync(resolve(import.meta.dirname, "../../README.md"), "utf8");
const [, text = ""] = /```ts\n(\/\/ models\.mts\n.*?)```/s.exec(readme) ?? [];

// In the checkout, where its packages are found; with a dot, so that no other check looks there.
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(import.meta.dirname, ".models-"));
  writeFileSync(join(folder, "models.mts"), text);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What the program prints that the README has, with nothing of this process around it but the path and what is given. */
async function printed(variables: Readonly<Record<string, string>>): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ["models.mts"], {
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "", NO_COLOR: "1", ...variables },
  });
  return stdout;
}

describe("the README's program that asks models", () => {
  it("runs as it stands, with a key alone: it prints whether the change passes, and why", async () => {
    await using model = await scriptedModel();
    const answer = { recommendation: "hold", reason: "It runs what the request says." };
    model.follow({ does: "says", text: JSON.stringify(answer) });
    const stdout = await printed({
      ANTHROPIC_BASE_URL: `${model.url}/v1`,
      ANTHROPIC_API_KEY: "k",
    });
    expect(stdout).toContain("false hold unanimous: ");
    expect(stdout).toContain("security hold It runs what the request says.");
    expect(model.asked).toHaveLength(2);
    expect(model.asked[0]).toContain("Is this change fit to ship?");
  });

  it("has its judge asked where the models differ", async () => {
    await using model = await scriptedModel();
    const says = (said: object) => ({ does: "says", text: JSON.stringify(said) }) as const;
    model.follow(
      says({ recommendation: "hold", reason: "It runs what the request says." }),
      says({ recommendation: "ship", reason: "It is one line." }),
      says({ choice: "A", reasoning: "The first." }),
    );
    const stdout = await printed({
      ANTHROPIC_BASE_URL: `${model.url}/v1`,
      ANTHROPIC_API_KEY: "k",
    });
    // The same letter in both orders is no choice.
    expect(stdout).toMatch(/^null null .*judge deferred: it chose/s);
    expect(model.asked).toHaveLength(4);
  });

  it("says what is missing where there is no key", async () => {
    expect(await printed({})).toContain("Anthropic API key is missing");
  });
});
