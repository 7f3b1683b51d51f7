import { environment, words, type Tools } from "./coding-agent.ts";

/** Names of variables that are passed on, and variables with a value. */
type Variables = Readonly<Record<string, string | true>>;

// What is known of four coding agents, whether they are run by command line or by the Agent Client Protocol.

export const CLAUDE_ENV: Variables = environment(
  `ANTHROPIC_API_KEY ANTHROPIC_AUTH_TOKEN ANTHROPIC_BASE_URL ANTHROPIC_CUSTOM_HEADERS ANTHROPIC_MODEL
  CLAUDE_CODE_OAUTH_TOKEN CLAUDE_CONFIG_DIR`,
  {
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_AUTOUPDATER: "1",
    // Quorate retries.
    CLAUDE_CODE_MAX_RETRIES: "0",
    CLAUDE_CODE_DISABLE_NONSTREAMING_FALLBACK: "1",
  },
);

/** The names of Claude Code's tools. */
export const CLAUDE_TOOLS: Readonly<Record<Tools, readonly string[]>> = {
  none: [],
  read: ["Read", "Grep", "Glob"],
  write: ["Read", "Grep", "Glob", "Edit", "Write"],
};

export const CODEX_ENV: Variables = environment(
  "OPENAI_API_KEY OPENAI_BASE_URL CODEX_API_KEY CODEX_HOME",
);

/** What Codex offers to a model in addition to its shell. */
const CODEX_EXTRAS = words(
  `apps browser_use computer_use goals hooks image_generation memories multi_agent plugins skill_search
  sleep_tool tool_suggest`,
);
const CODEX_SHELL = words("shell_tool unified_exec view_image code_mode_host");

/** The features of Codex that are switched off: its endless retries, what it offers besides its shell, and with `none` its shell, too. */
export function codexOff(tools: Tools): readonly string[] {
  return [
    "unbounded_connection_retries",
    ...CODEX_EXTRAS,
    ...(tools === "none" ? CODEX_SHELL : []),
  ];
}

export const GEMINI_ENV: Variables = environment(
  `GEMINI_API_KEY GOOGLE_API_KEY GOOGLE_GEMINI_BASE_URL GOOGLE_GENAI_USE_VERTEXAI GOOGLE_GENAI_USE_GCA
  GOOGLE_CLOUD_PROJECT GOOGLE_CLOUD_LOCATION GOOGLE_APPLICATION_CREDENTIALS`,
);

/** Settings for Gemini CLI, without its retries: Quorate retries. */
export const GEMINI_SETTINGS: string = JSON.stringify({
  general: { maxAttempts: 1, retryFetchErrors: false },
});

const GEMINI_READS = words("list_directory read_file read_many_files glob grep_search");
const GEMINI_WRITES = words("replace write_file");

/**
 * A policy for Gemini CLI that refuses everything it does not name; a refused tool is not even offered to the model. `edits` says whether
 * files may be changed or the CLI asks about each change.
 */
export function geminiPolicy(tools: Tools, edits: "allow" | "ask_user"): string {
  const rule = (names: string, decision: string, priority: number): string =>
    `[[rule]]\ntoolName = ${names}\ndecision = "${decision}"\npriority = ${priority}\n`;
  return [
    rule('"*"', "deny", 100),
    ...(tools === "none" ? [] : [rule(JSON.stringify(GEMINI_READS), "allow", 200)]),
    ...(tools === "write" ? [rule(JSON.stringify(GEMINI_WRITES), edits, 200)] : []),
  ].join("");
}

/** The variables for opencode. `edits` says whether files may be changed or opencode asks about each change. */
export function opencodeEnv(tools: Tools, edits: "allow" | "ask"): Variables {
  const reading = { read: "allow", grep: "allow", glob: "allow", list: "allow" };
  const permissions = {
    "*": "deny",
    ...(tools !== "none" && reading),
    ...(tools === "write" && { edit: edits }),
  };
  return environment(
    `OPENCODE_API_KEY OPENCODE_CONFIG OPENCODE_CONFIG_CONTENT OPENCODE_CONFIG_DIR ANTHROPIC_API_KEY
    OPENAI_API_KEY OPENROUTER_API_KEY GEMINI_API_KEY GOOGLE_GENERATIVE_AI_API_KEY`,
    {
      OPENCODE_DISABLE_MODELS_FETCH: "1",
      OPENCODE_DISABLE_AUTOUPDATE: "1",
      OPENCODE_DISABLE_SHARE: "1",
      // A project's settings may start programs.
      OPENCODE_DISABLE_PROJECT_CONFIG: "1",
      OPENCODE_PERMISSION: JSON.stringify(permissions),
    },
  );
}
