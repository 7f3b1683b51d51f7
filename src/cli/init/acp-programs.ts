import { programOnPath } from "./installed-agents.ts";

/** A program that speaks the Agent Client Protocol when it is started with these arguments. */
export interface AcpProgram {
  readonly command: string;
  readonly args: readonly string[];
  /** What `quorate/acp` has for it, where that is more than `acpAgent`. */
  readonly preset?: "claudeAcp" | "codexAcp";
}

/**
 * Those that are known by name, beside the programs that `quorate/command` has presets for. From the protocol's registry of agents; whoever is not in it
 * is started by `acpAgent({ command, args })` all the same.
 */
const ACP_PROGRAMS: readonly AcpProgram[] = [
  { command: "claude-agent-acp", args: [], preset: "claudeAcp" },
  { command: "codex-acp", args: [], preset: "codexAcp" },
  { command: "goose", args: ["acp"] },
  { command: "copilot", args: ["--acp"] },
  { command: "cursor-agent", args: ["acp"] },
  { command: "qwen", args: ["--acp"] },
  { command: "kimi", args: ["acp"] },
  { command: "kilo", args: ["acp"] },
  { command: "cline", args: ["--acp"] },
  { command: "auggie", args: ["--acp"] },
  { command: "vibe-acp", args: [] },
  { command: "junie", args: ["--acp=true"] },
  { command: "droid", args: ["exec", "--output-format", "acp"] },
  { command: "amp-acp", args: [] },
];

export const ACP_NAMES: readonly string[] = ACP_PROGRAMS.map(({ command }) => command);

/** Those that are on the PATH, each with where it is. */
export function installedAcpPrograms(): readonly (AcpProgram & { readonly path: string })[] {
  return ACP_PROGRAMS.flatMap((program) => {
    const path = programOnPath(program.command);
    return path === undefined ? [] : [{ ...program, path }];
  });
}

/** How a team has it as an agent. */
export function acpCall({ command, args, preset }: AcpProgram): string {
  if (preset !== undefined) return `${preset}()`;
  const given = args.length === 0 ? "" : `, args: ${JSON.stringify(args)}`;
  return `acpAgent({ command: ${JSON.stringify(command)}${given} })`;
}
