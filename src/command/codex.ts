import { forGood, serviceFailed } from "../program/failure.ts";
import { strictSchemaOf } from "../check/json-schema.ts";
import { countIn, linesOf, textIn, usageOf, words } from "../program/coding-agent.ts";
import { CODEX_ENV, codexOff } from "../program/known-agents.ts";
import { presetOf, type AskedFor, type Preset } from "./preset.ts";
import { unreadable } from "../prompt/json-answer.ts";
import { UnreadExit, type Ran } from "./read.ts";
import { fields, type Fields } from "../model/record.ts";

/**
 * Codex as an agent. It gets an `output` schema as `--output-schema` if all its properties are required; any other schema is put into the
 * prompt. It reads files with commands in its sandbox. It reports tokens, of `model`.
 */
export const codex: Preset<"codex"> = presetOf<"codex">({
  name: "codex",
  install: "npm install --global @openai/codex",
  env: () => CODEX_ENV,
  takesSchema: (schema) => strictSchemaOf({ ...schema }) !== undefined,
  arguments: argumentsOf,
  answer,
  usage: ({ stdout }, model) =>
    linesOf(stdout)
      .filter(({ type }) => type === "turn.completed")
      .map(({ usage }) =>
        usageOf({
          inputTokens: countIn(usage, "input_tokens"),
          cachedInputTokens: countIn(usage, "cached_input_tokens"),
          cacheWriteTokens: countIn(usage, "cache_write_input_tokens"),
          outputTokens: countIn(usage, "output_tokens"),
          reasoningTokens: countIn(usage, "reasoning_output_tokens"),
          model,
        }),
      ),
});

async function argumentsOf({ tools, model, schema, file }: AskedFor): Promise<readonly string[]> {
  const strict = schema === undefined ? undefined : strictSchemaOf({ ...schema });
  const path = strict && (await file("schema.json", JSON.stringify(strict)));
  return [
    ...words("exec --json --ephemeral --ignore-user-config --skip-git-repo-check"),
    "-s",
    tools === "write" ? "workspace-write" : "read-only",
    ...codexOff(tools).flatMap((name) => ["-c", `features.${name}=false`]),
    // Its sandbox would otherwise allow writing there, too.
    ...words("-c sandbox_workspace_write.exclude_slash_tmp=true"),
    ...words("-c sandbox_workspace_write.exclude_tmpdir_env_var=true"),
    ...words('-c web_search="disabled" -c shell_environment_policy.inherit="core"'),
    ...(path === undefined ? [] : ["--output-schema", path]),
    ...(model === undefined ? [] : ["-m", model]),
  ];
}

const NO_LOGIN = /\b401\b|unauthorized|not logged in|missing environment variable|api key/i;

function answer(ran: Ran): string {
  const lines = linesOf(ran.stdout);
  const failed = lines.findLast(({ type }) => type === "turn.failed");
  const said = failed === undefined ? errorIn(ran, lines) : textIn(failed["error"], "message");
  if (failed !== undefined || ran.exitCode !== 0) {
    if (NO_LOGIN.test(said)) {
      throw forGood('codex is not logged in; run "codex login", or set CODEX_API_KEY', said);
    }
    if (said === "") throw new UnreadExit(ran.exitCode);
    throw serviceFailed(said, statusIn(said));
  }
  const message = lines
    .map(({ item }) => fields(item))
    .findLast(({ type }) => type === "agent_message");
  if (message === undefined) throw unreadable("codex printed no message of its model");
  return textIn(message, "text");
}

/**
 * The HTTP status of a failure, from codex's message. Some messages have none: for a refused request codex prints only the service's JSON
 * answer, which counts as 400, and for a failed server only that demand is high, which counts as 500.
 */
function statusIn(said: string): number | undefined {
  const [, status] = /\bstatus:? (\d{3})\b/.exec(said) ?? [];
  if (status !== undefined) return Number(status);
  return said.startsWith("{") ? 400 : /experiencing high demand/i.test(said) ? 500 : undefined;
}

function errorIn({ stderr }: Ran, lines: readonly Fields[]): string {
  const told = textIn(
    lines.findLast(({ type }) => type === "error"),
    "message",
  );
  return told === "" && /not logged in/i.test(stderr) ? "not logged in" : told;
}
