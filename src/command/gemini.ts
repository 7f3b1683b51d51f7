import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { forGood, serviceFailed } from "../program/failure.ts";
import { lastDocument } from "../prompt/last-document.ts";
import {
  countIn,
  environment,
  textIn,
  usageOf,
  words,
  type Tools,
} from "../program/coding-agent.ts";
import { presetOf, type AskedFor, type Preset } from "./preset.ts";
import { unreadable } from "../prompt/json-answer.ts";
import { UnreadExit, type Ran } from "./read.ts";
import { fields } from "../model/record.ts";

/**
 * Gemini CLI as an agent. Its `output` schema stands in the prompt. It is started in an empty folder, since it obeys settings that
 * it finds where it is, and works in `cwd` all the same. Reports tokens of each model.
 */
export const gemini: Preset<"gemini"> = presetOf<"gemini">({
  name: "gemini",
  install: "npm install --global @google/gemini-cli",
  env: () =>
    environment(
      `GEMINI_API_KEY GOOGLE_API_KEY GOOGLE_GEMINI_BASE_URL GOOGLE_GENAI_USE_VERTEXAI GOOGLE_GENAI_USE_GCA
      GOOGLE_CLOUD_PROJECT GOOGLE_CLOUD_LOCATION GOOGLE_APPLICATION_CREDENTIALS`,
      // Else it does not read the settings that are written below.
      { GEMINI_CLI_TRUST_WORKSPACE: "true" },
    ),
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

const READING = ["list_directory", "read_file", "read_many_files", "glob", "grep_search"];
const PERMITTED: Readonly<Record<Tools, readonly string[]>> = {
  none: [],
  read: READING,
  write: [...READING, "replace", "write_file"],
};

/** Repetitions are Quorate's. */
const SETTINGS = { general: { maxAttempts: 1, retryFetchErrors: false } };

async function argumentsOf(asked: AskedFor): Promise<readonly string[]> {
  const { tools, model, cwd, startsIn, file } = asked;
  await mkdir(join(startsIn, ".gemini"));
  await writeFile(join(startsIn, ".gemini", "settings.json"), JSON.stringify(SETTINGS));
  const path = await file("policy.toml", policyFor(PERMITTED[tools]));
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

/** Everything is refused but what is permitted: a tool that is refused is not even offered to the model. */
function policyFor(permitted: readonly string[]): string {
  const rule = (names: string, decision: string, priority: number): string =>
    `[[rule]]\ntoolName = ${names}\ndecision = "${decision}"\npriority = ${priority}\n`;
  const none = rule('"*"', "deny", 100);
  return permitted.length === 0 ? none : none + rule(JSON.stringify(permitted), "allow", 200);
}

/** Exit codes of Gemini CLI: 41 has no login. */
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
  if (typeof printed["response"] !== "string")
    throw unreadable("what gemini printed has no response");
  return printed["response"];
}
