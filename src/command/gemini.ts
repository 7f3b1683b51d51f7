import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { forGood, serviceFailed } from "../program/failure.ts";
import { lastDocument } from "../prompt/last-document.ts";
import { countIn, textIn, usageOf, words } from "../program/coding-agent.ts";
import { GEMINI_ENV, GEMINI_SETTINGS, geminiPolicy } from "../program/known-agents.ts";
import { presetOf, type AskedFor, type Preset } from "./preset.ts";
import { unreadable } from "../prompt/json-answer.ts";
import { UnreadExit, type Ran } from "./read.ts";
import { fields } from "../model/record.ts";

/**
 * Gemini CLI as an agent. The `output` schema is put into the prompt. It is started in an empty folder, because it obeys settings that it
 * finds where it starts, and works in `cwd` nonetheless. It reports the tokens of each model.
 */
export const gemini: Preset<"gemini"> = presetOf<"gemini">({
  name: "gemini",
  install: "npm install --global @google/gemini-cli",
  // Without this it does not read the settings that are written below.
  env: () => ({ ...GEMINI_ENV, GEMINI_CLI_TRUST_WORKSPACE: "true" }),
  apart: true,
  takesSchema: () => false,
  arguments: argumentsOf,
  answer,
  usage: ({ stdout }) => {
    const stats = fields(fields(lastDocument(stdout)?.value)["stats"]);
    return Object.entries(fields(stats["models"])).map(([model, used]) => {
      const { tokens } = fields(used);
      return usageOf({
        inputTokens: countIn(tokens, "prompt"),
        cachedInputTokens: countIn(tokens, "cached"),
        outputTokens: countIn(tokens, "candidates", "thoughts"),
        reasoningTokens: countIn(tokens, "thoughts"),
        model,
      });
    });
  },
});

async function argumentsOf(asked: AskedFor): Promise<readonly string[]> {
  const { tools, model, cwd, startsIn, file } = asked;
  await mkdir(join(startsIn, ".gemini"));
  await writeFile(join(startsIn, ".gemini", "settings.json"), GEMINI_SETTINGS);
  const path = await file("policy.toml", geminiPolicy(tools, "allow"));
  return [
    ...words("--skip-trust -o json -e none --allowed-mcp-server-names none"),
    "--policy",
    path,
    "--approval-mode",
    tools === "write" ? "auto_edit" : "plan",
    ...(tools === "none" ? [] : ["--include-directories", cwd]),
    ...(model === undefined ? [] : ["-m", model]),
  ];
}

/** The exit code of Gemini CLI when it is not logged in. */
const NO_LOGIN_CODE = 41;

function answer(ran: Ran): string {
  const printed = fields(lastDocument(ran.stdout)?.value);
  const failure = printed["error"] ?? fields(lastDocument(ran.stderr)?.value)["error"];
  const said = textIn(failure, "message");
  if (ran.exitCode === NO_LOGIN_CODE || /api key not valid|api_key_invalid/i.test(said)) {
    throw forGood(
      'gemini is not logged in; set GEMINI_API_KEY, or run "gemini" once and choose how to log in',
      said,
    );
  }
  if (said !== "" && printed["response"] === undefined) {
    throw serviceFailed(said, fields(failure)["code"]);
  }
  if (ran.exitCode !== 0) throw new UnreadExit(ran.exitCode);
  if (typeof printed["response"] !== "string") throw unreadable("gemini printed no response");
  return printed["response"];
}
