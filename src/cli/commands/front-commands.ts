import { InvalidArgumentError, Option } from "commander";
import { FORMATS } from "../../report/formats.ts";
import type { DoctorFlags } from "./doctor-command.ts";
import type { InitFlags } from "../init/init-command.ts";
import type { Describing } from "./log-commands.ts";
import type { McpFlags } from "./mcp-command.ts";
import type { ReportFlags } from "./report-command.ts";
import { namesIn, span } from "../given/flag-values.ts";
import { TEMPLATE_WORDS, TEMPLATES } from "../init/init-plan.ts";
import { reportFile } from "../given/report-flag.ts";
import type { ServeFlags } from "./serve-command.ts";
import type { WorkerFlags } from "./worker-command.ts";
import { addEnvironmentFlag, teamDatabase } from "../given/task-flags.ts";
import { terminal } from "../shown/terminal.ts";

/** Adds the commands around runs: how one begins, what is missing, and what runs come to in other formats. */
export function addFrontCommands({ command, database, exitWith }: Describing): void {
  command("report", "Writes a report of a run: Markdown, JSON, JUnit, SARIF or annotations.")
    .argument("<run>", "its id, the beginning of it, or latest")
    .addOption(
      new Option(
        "--format <format>",
        "print it so (default: md, where no --report is given)",
      ).choices(FORMATS),
    )
    .option("--report <format=file>", "write it to a file; repeatable", reportFile)
    .addOption(database())
    .action(async (run: string, options: ReportFlags) => {
      const { reportCommand } = await import("./report-command.ts");
      exitWith(await reportCommand(run, options, terminal()));
    });

  const serve = command(
    "serve",
    "Serves teams over HTTP: an API and a page that show and steer runs.",
  )
    .argument("<team...>", "TypeScript or JavaScript files whose default exports are supervisors")
    .option("--port <port>", "the port to listen on; 0 for any free one", port, DEFAULT_PORT)
    .option(
      "--host <address>",
      "an address other than this machine's own; requires a token",
      "127.0.0.1",
    )
    .option("--origin <url>", "the address that browsers know it by; repeatable", origins)
    .option("--tokens <file>", "whom to let in: a JSON list of { token, name, tenant, scopes }")
    .option("--web-hooks <file>", "whom to notify of runs: a JSON list of { url, secret }")
    .option(
      "--answer-within <time>",
      "answer a tool call or an A2A message after this time at the latest; the run continues (default: tool calls when it ends, messages within 27s)",
      span,
    )
    .option(
      "--read-only",
      "say to MCP clients that the teams change nothing, so that they need not ask",
    );
  addEnvironmentFlag(serve)
    .addOption(teamDatabase("where the runs are kept"))
    .action(async (teams: string[], options: ServeFlags) => {
      const { serveCommand } = await import("./serve-command.ts");
      exitWith(await serveCommand(teams, options, terminal()));
    });

  const mcp = command(
    "mcp",
    "Serves teams as tools to a coding agent or another MCP client that starts it.",
  )
    .argument("<team...>", "TypeScript or JavaScript files whose default exports are supervisors")
    .option(
      "--answer-within <time>",
      "answer a call after this time at the latest; the run continues (default: when it ends)",
      span,
    )
    .option("--read-only", "declare that the teams change nothing, so that clients need not ask")
    .option("--no-decide", "show questions to a person, but do not let the client answer them")
    .option("--tenant <name>", "whose runs are begun and seen");
  addEnvironmentFlag(mcp)
    .addOption(teamDatabase("where the runs are kept"))
    .action(async (teams: string[], options: McpFlags) => {
      const { mcpCommand } = await import("./mcp-command.ts");
      exitWith(await mcpCommand(teams, options));
    });

  const worker = command(
    "worker",
    "Carries out queued runs, runs whose process has died, and attempts of agents.",
  )
    .argument("<team...>", "TypeScript or JavaScript files whose default exports are supervisors")
    .option(
      "--agents <names>",
      "carry out attempts of these agents, which the team has elsewhere",
      namesIn,
    )
    .option("--runs", "with --agents: carry out runs, too")
    .option(
      "--concurrency <n>",
      "how many runs, and how many attempts, of a team at once",
      atOnce,
      4,
    )
    .option(
      "--drain <time>",
      "how long work may take to end when the worker is stopped (default: 30s)",
      span,
    )
    .option(
      "--health <port>",
      "a port, or address:port, that answers whether the worker is healthy",
      listenAt,
    );
  addEnvironmentFlag(worker)
    .addOption(teamDatabase("where the runs are"))
    .action(async (teams: string[], options: WorkerFlags) => {
      const { workerCommand } = await import("./worker-command.ts");
      exitWith(await workerCommand(teams, options, terminal()));
    });

  command("doctor", "Checks what quorate needs: Node, packages, agents, keys, database.")
    .argument("[team]", "a team to load, too")
    .addOption(database())
    .option("--json", "print it as JSON")
    .action(async (team: string | undefined, options: DoctorFlags) => {
      const { doctorCommand } = await import("./doctor-command.ts");
      exitWith(await doctorCommand(team, options, terminal()));
    });

  command("init", "Writes a team that runs, a test of it and a workflow; overwrites nothing.")
    .argument("[folder]", "where to write (default: this folder); created if it does not exist")
    .addOption(
      new Option(
        "--template <name>",
        `${TEMPLATES.map((one) => `${one}: ${TEMPLATE_WORDS[one]}`).join("; ")} (default: gate)`,
      ).choices(TEMPLATES),
    )
    .option("--yes", "ask nothing")
    .action(async (place: string | undefined, options: InitFlags) => {
      const { initCommand } = await import("../init/init-command.ts");
      exitWith(await initCommand(place, options, terminal()));
    });
}

const DEFAULT_PORT = 7180;
const MOST_AT_ONCE = 1_000;

function atOnce(given: string): number {
  const number = Number(given);
  if (/^\d+$/.test(given) && number >= 1 && number <= MOST_AT_ONCE) return number;
  throw new InvalidArgumentError(`use a whole number from 1 to ${MOST_AT_ONCE}.`);
}

/** Of this machine alone where no address is given. */
function listenAt(given: string): { readonly host: string; readonly port: number } {
  const at = given.lastIndexOf(":");
  const host = at === -1 ? "127.0.0.1" : given.slice(0, at).replace(/^\[(.*)\]$/, "$1");
  return { host, port: port(given.slice(at + 1)) };
}

function port(given: string): number {
  const number = Number(given);
  if (/^\d+$/.test(given) && number <= 65_535) return number;
  throw new InvalidArgumentError("use a number from 0 to 65535.");
}

function origins(given: string, before: readonly string[] = []): readonly string[] {
  return [...before, given];
}
