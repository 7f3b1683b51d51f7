import type { AcpProgram } from "./acp-programs.ts";
import type { Below } from "./init-place.ts";

/** What `quorate init` can write. */
export const TEMPLATES = ["gate", "review", "council", "panel"] as const;

export type Template = (typeof TEMPLATES)[number];

/** What each of them does. */
export const TEMPLATE_WORDS: Readonly<Record<Template, string>> = {
  gate: "decides whether a change may be shipped",
  review: "finds faults in a change, with their files and lines",
  council: "gives one answer to a question, from several opinions",
  panel: "asks no more agents than it takes to be certain",
};

/** Those whose task is a text of the user's, and no change: they need no diff and no workflow. */
export const ASKED_IN_WORDS: ReadonlySet<Template> = new Set(["council", "panel"]);

/** What is known of the place that a team is written for. */
export interface InitPlan {
  readonly template: Template;
  /** How TypeScript files end: `ts` in a package of ES modules, else `mts`. */
  readonly ending: "ts" | "mts";
  /** A coding agent that is installed, and may ask its service. */
  readonly codingAgent?: PlannedCodingAgent;
  /** A program that is installed and speaks ACP, where there is no `codingAgent`: whether it may ask its service cannot be seen, so the team only shows how. */
  readonly acpProgram?: AcpProgram;
  readonly packageManager: PackageManager;
  /** Where the folder is in its repository, unless that is its root. */
  readonly below?: Below;
}

/** A coding agent that is to be a member of the team. */
export interface PlannedCodingAgent {
  readonly name: "claude" | "codex" | "gemini" | "opencode";
  /** The command that installs it. */
  readonly install: string;
  /** The variable with the key by which it asks its service in a workflow. */
  readonly secret: string;
  /** Whether it has to be told to ask as its user is logged in: claude, where no `ANTHROPIC_API_KEY` is set. */
  readonly byAccount: boolean;
}

export type PackageManager = "npm" | "pnpm" | "yarn" | "bun";

/** The file of the workflow, as seen from the folder. GitHub reads it at the root of a repository only. */
export const WORKFLOW = ".github/workflows/quorate.yml";

/** A file that is to be written, as seen from the folder. */
export interface PlannedFile {
  readonly path: string;
  readonly text: string;
}

/** How packages are installed as the lockfile says, and as package.json does. */
export const INSTALLING: Readonly<
  Record<PackageManager, { readonly locked: string; readonly all: string }>
> = {
  npm: { locked: "npm ci", all: "npm install" },
  pnpm: { locked: "corepack enable && pnpm install --frozen-lockfile", all: "pnpm install" },
  yarn: { locked: "corepack enable && yarn install --immutable", all: "yarn install" },
  bun: { locked: "npx --yes bun install --frozen-lockfile", all: "bun install" },
};
