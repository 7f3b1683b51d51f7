import { word } from "../check/kinds.ts";
import { forGood, serviceFailed } from "../program/failure.ts";
import { lastDocument } from "../prompt/last-document.ts";
import { countIn, textIn, usageOf, words } from "../program/coding-agent.ts";
import { CLAUDE_ENV, CLAUDE_TOOLS } from "../program/known-agents.ts";
import { presetOf, type AskedFor, type Preset } from "./preset.ts";
import { unreadable } from "../prompt/json-answer.ts";
import { UnreadExit, type Ran } from "./read.ts";
import { fields, type Fields } from "../model/record.ts";

/** Options that `claude()` has in addition to those of all presets. */
export interface ClaudeOptions {
  /**
   * How it logs in. `"key"`: with `ANTHROPIC_API_KEY` only (`--bare`). `"account"`: with the user's login. Both without the user's settings
   * and servers. With `tools` of `"read"` or `"write"`, `"key"` works like `"account"`, since `--bare` has no tools that search or create files.
   * Default: `"key"`.
   */
  readonly login?: "key" | "account";
}

/**
 * Claude Code as an agent. It gets the `output` schema as `--json-schema` and a `maxCost` in dollars as `--max-budget-usd`. It reports the
 * tokens and cost of each model.
 */
export const claude: Preset<"claude", ClaudeOptions> = presetOf<"claude", ClaudeOptions>({
  name: "claude",
  install: "npm install --global @anthropic-ai/claude-code",
  own: { login: word("key", "account") },
  env: () => CLAUDE_ENV,
  takesSchema: () => true,
  arguments: argumentsOf,
  answer,
  usage: (ran) => {
    const result = resultIn(ran);
    const models = Object.entries(fields(result?.["modelUsage"]));
    if (models.length === 0) return undefined;
    return models.map(([model, used]) =>
      usageOf({
        usd: fields(used)["costUSD"],
        inputTokens: countIn(
          used,
          "inputTokens",
          "cacheReadInputTokens",
          "cacheCreationInputTokens",
        ),
        cachedInputTokens: countIn(used, "cacheReadInputTokens"),
        cacheWriteTokens: countIn(used, "cacheCreationInputTokens"),
        outputTokens: countIn(used, "outputTokens"),
        model,
      }),
    );
  },
});

function argumentsOf({ tools, model, schema, options }: AskedFor): readonly string[] {
  const { login = "key", maxCost } = options;
  const most = fields(maxCost)["usd"];
  return [
    // With "--bare" it has no tools that search or create files.
    ...(login === "key" && tools === "none"
      ? ["--bare"]
      : ["--setting-sources", "", "--strict-mcp-config"]),
    ...words("-p --output-format json --no-session-persistence"),
    "--tools",
    CLAUDE_TOOLS[tools].join(","),
    // Anything not permitted is refused: no user is there to ask.
    "--permission-mode",
    tools === "write" ? "acceptEdits" : "dontAsk",
    ...(tools === "none" ? ["--max-turns", "3"] : []),
    ...(schema === undefined ? [] : ["--json-schema", JSON.stringify(schema)]),
    ...(model === undefined ? [] : ["--model", model]),
    ...(typeof most === "number" && most > 0 ? ["--max-budget-usd", String(most)] : []),
  ];
}

function resultIn({ stdout }: Ran): Fields | undefined {
  const found = fields(lastDocument(stdout)?.value);
  return found["type"] === "result" ? found : undefined;
}

/** How it ends if its model was asked several times and gave no valid answer. */
const NO_SHAPE = ["error_max_turns", "error_max_structured_output_retries"];

const NO_LOGIN = /not logged in|\/login|invalid api key|authentication_error|oauth token/i;

function answer(ran: Ran): string | { readonly document: unknown } {
  const result = resultIn(ran);
  if (result === undefined) {
    if (ran.exitCode !== 0) throw new UnreadExit(ran.exitCode);
    throw unreadable("claude printed no result; it has to print JSON");
  }
  const said = textIn(result, "result");
  if (result["is_error"] === true || result["subtype"] !== "success") {
    if (NO_LOGIN.test(said) || result["api_error_status"] === 401) {
      throw forGood(
        'claude is not logged in; set ANTHROPIC_API_KEY, or log in with the command "claude" and use claude({ login: "account" })',
        said,
      );
    }
    if (NO_SHAPE.includes(textIn(result, "subtype"))) {
      throw unreadable(
        "its model gave no answer of the required shape, even when it was asked again",
      );
    }
    const why = said === "" ? `it ended with ${textIn(result, "subtype")}` : said;
    throw serviceFailed(why, result["api_error_status"]);
  }
  return result["structured_output"] === undefined || result["structured_output"] === null
    ? said
    : { document: result["structured_output"] };
}
