import { accessSync, constants, existsSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/** A coding agent that `quorate/command` has a preset for. */
export interface CodingProgram {
  readonly name: "claude" | "codex" | "gemini" | "opencode";
  readonly install: string;
  /** Variables by which it may be allowed to ask its service. */
  readonly keys: readonly [string, ...string[]];
  /** Where it keeps who is logged in, below the user's folder. Only whether such a file is there is looked at. */
  readonly logins: readonly string[];
}

export const CODING_PROGRAMS: readonly CodingProgram[] = [
  {
    name: "claude",
    install: "npm install --global @anthropic-ai/claude-code",
    keys: ["ANTHROPIC_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN"],
    logins: [".claude/.credentials.json"],
  },
  {
    name: "codex",
    install: "npm install --global @openai/codex",
    keys: ["CODEX_API_KEY", "OPENAI_API_KEY"],
    logins: [".codex/auth.json"],
  },
  {
    name: "gemini",
    install: "npm install --global @google/gemini-cli",
    keys: ["GEMINI_API_KEY", "GOOGLE_API_KEY"],
    logins: [".gemini/oauth_creds.json"],
  },
  {
    name: "opencode",
    install: "npm install --global opencode-ai",
    keys: ["ANTHROPIC_API_KEY", "OPENAI_API_KEY", "OPENCODE_API_KEY"],
    logins: [".local/share/opencode/auth.json"],
  },
];

/** Variables that hold keys of services that agents ask. Only whether they are set is looked at. */
export const KEYS: readonly string[] = [
  "ANTHROPIC_API_KEY",
  "OPENAI_API_KEY",
  "GOOGLE_GENERATIVE_AI_API_KEY",
  "GEMINI_API_KEY",
  "MISTRAL_API_KEY",
  "XAI_API_KEY",
  "AI_GATEWAY_API_KEY",
];

/** Whether a variable is set to something. */
export function isSet(variable: string): boolean {
  return (process.env[variable] ?? "") !== "";
}

/** Where a program is that is called by its name; `undefined` where it is not on the PATH. */
export function programOnPath(name: string): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const endings = process.platform === "win32" ? [".exe", ".cmd", ".bat", ""] : [""];
  return folders
    .flatMap((folder) => endings.map((ending) => join(folder, `${name}${ending}`)))
    .find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** What lets a coding agent ask its service, as far as that can be seen: a variable, or that somebody is logged in. */
export function loginOf({ keys, logins }: CodingProgram): string | undefined {
  const key = keys.find(isSet);
  if (key !== undefined) return key;
  return logins.some((file) => existsSync(join(homedir(), file))) ? "a login of yours" : undefined;
}
