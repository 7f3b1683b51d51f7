import { forGood, serviceFailed } from "../program/failure.ts";
import { countIn, linesOf, textIn, usageOf, words } from "../program/coding-agent.ts";
import { refuseObeyedSettings } from "../program/obeyed-settings.ts";
import { opencodeEnv } from "../program/known-agents.ts";
import { presetOf, type AskedFor, type Preset } from "./preset.ts";
import { unreadable } from "../prompt/json-answer.ts";
import { UnreadExit, type Ran } from "./read.ts";
import { fields } from "../model/record.ts";

/**
 * opencode as an agent. Its `model` includes the provider, `"anthropic/…"`. The `output` schema is put into the prompt. It keeps its own
 * sessions on disk. It reports tokens, and the cost if it knows it.
 */
export const opencode: Preset<"opencode"> = presetOf<"opencode">({
  name: "opencode",
  install: "npm install --global opencode-ai",
  env: (tools) => opencodeEnv(tools, "allow"),
  takesSchema: () => false,
  async arguments({ model, cwd }: AskedFor) {
    await refuseObeyedSettings("opencode", cwd);
    return [
      // Without a title it would ask the model for one.
      ...words("run --format json --pure --title quorate"),
      ...(model === undefined ? [] : ["-m", model]),
    ];
  },
  answer,
  usage: ({ stdout }, model) =>
    linesOf(stdout)
      .filter(({ type }) => type === "step_finish")
      .map(({ part }) => {
        const { tokens, cost } = fields(part);
        const cache = fields(tokens)["cache"];
        const input = countIn(tokens, "input");
        return usageOf({
          // It reports 0 for a model whose price it does not know.
          usd: cost === 0 ? undefined : cost,
          inputTokens: input && input + (countIn(cache, "read", "write") ?? 0),
          cachedInputTokens: countIn(cache, "read"),
          cacheWriteTokens: countIn(cache, "write"),
          outputTokens: countIn(tokens, "output", "reasoning"),
          reasoningTokens: countIn(tokens, "reasoning"),
          model,
        });
      }),
});

const NO_LOGIN = /ProviderAuthError|api key|unauthorized|not logged in|no providers/i;

function answer(ran: Ran): string {
  const lines = linesOf(ran.stdout);
  const failed = fields(lines.findLast(({ type }) => type === "error")?.["error"]);
  const data = fields(failed["data"]);
  const said = textIn(data, "message") || textIn(failed, "message") || textIn(failed, "name");
  if (said !== "") {
    if (NO_LOGIN.test(`${textIn(failed, "name")} ${said}`) || data["statusCode"] === 401) {
      throw forGood(
        'opencode is not logged in to the provider of its model; run "opencode auth login", or set the key of the provider',
        said,
      );
    }
    // For an unknown model it says no more than that.
    const hint =
      textIn(failed, "name") === "UnknownError"
        ? '; perhaps it knows no such model: see "opencode models", or run "opencode auth login"'
        : "";
    throw serviceFailed(`${said}${hint}`, data["statusCode"]);
  }
  if (ran.exitCode !== 0) throw new UnreadExit(ran.exitCode);
  const parts = lines.filter(({ type }) => type === "text").map(({ part }) => fields(part));
  const last = parts.at(-1);
  if (last === undefined) throw unreadable("opencode printed no text of its model");
  return parts
    .filter(({ messageID }) => messageID === last["messageID"])
    .map((part) => textIn(part, "text"))
    .join("");
}
