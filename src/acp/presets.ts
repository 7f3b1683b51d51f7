import type { Agent } from "../describe/agent.ts";
import type { Workers } from "../describe/worker.ts";
import type { ClaimDraft } from "../model/claim.ts";
import type { PositionOn } from "../model/position-on.ts";
import {
  CLAUDE_ENV,
  CLAUDE_TOOLS,
  CODEX_ENV,
  codexOff,
  GEMINI_ENV,
  geminiPolicy,
  opencodeEnv,
} from "../program/known-agents.ts";
import { refuseObeyedSettings } from "../program/obeyed-settings.ts";
import { speakingAgent, type AcpKind, type AcpOptions } from "./acp-agent.ts";

/** A function that makes agents from the options of `acpAgent`, among which `command` is optional. */
export type AcpPreset<Default extends string> = <
  const Name extends string = Default,
  Task = unknown,
  Raw = unknown,
  Input = Task,
  Output = string,
  const Needs extends Workers = Readonly<Record<never, never>>,
  const Property extends string = never,
  const Draft extends ClaimDraft = never,
>(
  options?: AcpOptions<Name, Input, Task, Raw, Output, Needs, Property, Draft> & {
    /** The program's path, if it is not on the `PATH`. */
    readonly command?: string;
  },
) => Agent<Name, NoInfer<Input>, NoInfer<Output>, PositionOn<NoInfer<Output>, Property, Draft>>;

type PresetKind = Omit<AcpKind, "instead" | "called" | "where"> & { readonly command: string };

function presetOf<Name extends string>(name: Name, preset: PresetKind): AcpPreset<Name> {
  const kind: AcpKind = {
    ...preset,
    instead: "describe it: { output, prompt }",
    called: () => name,
    where: () => `${preset.maker}()`,
  };
  return ((given: unknown = {}) => speakingAgent(given, kind)) as AcpPreset<Name>;
}

/**
 * Claude Code through `claude-agent-acp`, without the user's settings and servers and without the tools that `tools` does not permit. It keeps
 * no session. It reports the tokens of each model and the total cost.
 */
export const claudeAcp: AcpPreset<"claude"> = presetOf("claude", {
  maker: "claudeAcp",
  command: "claude-agent-acp",
  install: "npm install --global @agentclientprotocol/claude-agent-acp",
  loginHint: 'set ANTHROPIC_API_KEY, or log in with the command "claude"',
  // In "plan" mode it would write plans. In "default" it has only the permitted tools, and asks before each edit.
  modes: { none: ["default"], read: ["default"], write: ["default"] },
  env: () => CLAUDE_ENV,
  start: ({ tools, model }) => ({
    env: model === undefined ? [] : { ANTHROPIC_MODEL: model },
    hasModel: true,
    meta: {
      claudeCode: {
        options: {
          tools: CLAUDE_TOOLS[tools],
          settingSources: [],
          strictMcpConfig: true,
          persistSession: false,
          // It would ask the model for these, too.
          promptSuggestions: false,
          title: "quorate",
          allowDangerouslySkipPermissions: false,
        },
      },
    },
  }),
});

/**
 * Codex through `codex-acp`. It reads files with commands in its sandbox, from an empty folder, and is told where `cwd` is. It reports tokens.
 * `tools: "write"` is refused, because commands could then write in the system's temporary folders, too; `codex` of `quorate/command` prevents
 * that.
 */
export const codexAcp: AcpPreset<"codex"> = presetOf("codex", {
  maker: "codexAcp",
  command: "codex-acp",
  install: "npm install --global @agentclientprotocol/codex-acp",
  loginHint: 'run "codex login", or set CODEX_API_KEY and use login: "api-key"',
  // It would trust its session's folder, whatever it is, and start what the settings there say.
  apart: "session",
  // Its writing mode lets commands write in the system's temporary folders, too.
  modes: { none: ["read-only"], read: ["read-only"], write: [] },
  env: () => CODEX_ENV,
  // It ends a failed turn like any other, with the reason in its own words.
  unanswered: ({ hasIds, endsAside, aside, stopReason }) =>
    stopReason === "end_turn" &&
    (!hasIds || (endsAside && !/(?:^|\n\n)Warning: [^\n]*$/.test(aside))),
  start({ tools, model }) {
    const features = Object.fromEntries(codexOff(tools).map((name) => [name, false]));
    const config = {
      features,
      web_search: "disabled",
      shell_environment_policy: { inherit: "core" },
      ...(model !== undefined && { model }),
    };
    return {
      env: {
        CODEX_CONFIG: JSON.stringify(config),
        // Holds before a mode is set, too; and no person could see a browser.
        INITIAL_AGENT_MODE: "read-only",
        NO_BROWSER: "1",
      },
      hasModel: true,
    };
  },
});

/**
 * Gemini CLI. It treats `cwd` as untrusted and obeys no settings that it finds there, unless its user has trusted the folder in their own
 * settings. It retries failed requests itself. It reports the tokens of each model, without reasoning tokens.
 */
export const geminiAcp: AcpPreset<"gemini"> = presetOf("gemini", {
  maker: "geminiAcp",
  command: "gemini",
  install: "npm install --global @google/gemini-cli",
  loginHint: 'set GEMINI_API_KEY, or run "gemini" once and choose how to log in',
  modes: { none: ["plan"], read: ["plan"], write: ["default"] },
  env: () => GEMINI_ENV,
  apart: "program",
  async start({ tools, model, file }) {
    const path = await file("policy.toml", geminiPolicy(tools, "ask_user"));
    return {
      args: [
        ..."--acp -e none --allowed-mcp-server-names none --policy".split(" "),
        path,
        ...(model === undefined ? [] : ["-m", model]),
      ],
      hasModel: true,
    };
  },
});

/** opencode. Its `model` includes the provider, `"anthropic/…"`. It keeps its own sessions on disk. It reports tokens, and the cost if it knows it. */
export const opencodeAcp: AcpPreset<"opencode"> = presetOf("opencode", {
  maker: "opencodeAcp",
  command: "opencode",
  install: "npm install --global opencode-ai",
  loginHint: 'run "opencode auth login", or set the key of the provider',
  modes: { none: ["plan"], read: ["plan"], write: ["build"] },
  env: (tools) => opencodeEnv(tools, "ask"),
  async start({ agent, cwd }) {
    await refuseObeyedSettings(agent, cwd);
    return { args: ["acp", "--pure"] };
  },
});
