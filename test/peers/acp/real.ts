import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { claudeAcp, codexAcp, geminiAcp, opencodeAcp } from "../../../src/acp/index.ts";
import type { RealAgent } from "../coding-agent.ts";
import { real as claude } from "../claude/real.ts";
import { real as codex } from "../codex/real.ts";
import { real as gemini } from "../gemini/real.ts";
import { real as opencode } from "../opencode/real.ts";

const bin = (name: string): string => join(import.meta.dirname, "node_modules/.bin", name);

/** Agents as they come from npm, asked by the Agent Client Protocol, each as it is when it is asked by its arguments. */
export const reals: readonly RealAgent[] = [
  {
    ...claude,
    make: claudeAcp as never,
    command: bin("claude-agent-acp"),
    answersBy: "",
  },
  {
    ...codex,
    make: codexAcp as never,
    command: bin("codex-acp"),
    given(home, url) {
      const folder = join(home, "codex");
      mkdirSync(folder, { recursive: true });
      const provider = `[model_providers.x]
        name = "x"
        base_url = "${url}/v1"
        wire_api = "responses"
        env_key = "KEY"
        request_max_retries = 0
        stream_max_retries = 0`;
      writeFileSync(join(folder, "config.toml"), `model_provider = "x"\n${provider}\n`);
      return { env: { CODEX_HOME: folder, KEY: "sk-fake", MODEL_PROVIDER: "x" }, model: "mini" };
    },
  },
  { ...gemini, make: geminiAcp as never, command: bin("gemini") },
  {
    ...opencode,
    make: opencodeAcp as never,
    command: bin("opencode"),
    given(home, url) {
      const given = opencode.given(home, url);
      const config = JSON.parse(given.env["OPENCODE_CONFIG_CONTENT"] ?? "{}") as object;
      // Else it asks its model for a title, too.
      const quiet = { ...config, agent: { title: { disable: true } } };
      return { ...given, env: { OPENCODE_CONFIG_CONTENT: JSON.stringify(quiet) } };
    },
  },
];
