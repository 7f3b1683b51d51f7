import { Writable } from "node:stream";
import { describeThrown, QuorateError } from "../../model/errors.ts";
import type { Supervisor } from "../../supervisor.ts";
import { printError } from "../print-error.ts";
import { EXIT } from "../exit-code.ts";
import { loadTeam } from "../given/load-team.ts";
import { closed, reserveStdout, writeTo } from "../output.ts";
import { reserveStdin } from "../given/reserve-stdin.ts";
import { sharedLog } from "../given/run-log.ts";
import { beginning, cancelOnSignals, stopped } from "../signals.ts";
import { straysEndRuns } from "../strays.ts";

export interface McpFlags {
  readonly db?: string;
  readonly tenant?: string;
  /** In ms. */
  readonly answerWithin?: number;
  readonly readOnly?: boolean;
  readonly decide: boolean;
}

/**
 * `quorate mcp`: serves teams to one MCP client, over standard input and output, until the client has gone or somebody stops it; then it
 * lets go of its runs as they stand. Gives the exit code; rejects where it cannot begin.
 */
export async function mcpCommand(files: readonly string[], flags: McpFlags): Promise<number> {
  if (process.stdin.isTTY) {
    throw new QuorateError(
      "BAD_OPTIONS",
      "quorate mcp is started by an MCP client, which talks to it over standard input and output; give the client this command line, as in claude mcp add quorate -- quorate mcp TEAM",
    );
  }
  // From before a team is loaded: both are the protocol's alone.
  reserveStdout();
  const input = reserveStdin();
  const teams: Supervisor[] = [];
  for (const file of files) teams.push(await loadTeam(file));
  using signals = cancelOnSignals();
  const log = await beginning(signals, sharedLog(teams, flags.db));
  using _strays = straysEndRuns(log.store);
  try {
    const { mcpStdio } = await import("../../server/index.ts");
    const { answerWithin, readOnly, decide, tenant } = flags;
    await using served = await mcpStdio({
      teams,
      backend: log.backend,
      input,
      output: protocolOutput(),
      decide,
      ...(tenant !== undefined && { tenant }),
      ...(answerWithin !== undefined && { answerWithinMs: answerWithin }),
      ...(readOnly !== undefined && { readOnly }),
      onFailure: ({ what, error }) => printError(`${what}: ${describeThrown(error)}`),
    });
    await Promise.race([served.closed, stopped(signals.signal), stopped(closed(process.stdout))]);
  } finally {
    await log.store.close();
  }
  return signals.exitCode === EXIT.failed ? EXIT.failed : EXIT.ok;
}

/** What writes to the standard output of the process, which everything else is kept away from. */
function protocolOutput(): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      writeTo(process.stdout, String(chunk), done);
    },
  });
}
