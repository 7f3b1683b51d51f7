import { QuorateError } from "../model/errors.ts";
import type { Notice } from "../model/notices.ts";
import type { OutcomeStatus } from "../model/outcome.ts";
import type { Verdict } from "../model/verdict.ts";

/** What the process says to a script that called it. */
export const EXIT = {
  /** Everyone answered and everything is decided. */
  ok: 0,
  /** The run failed, or something broke while it ran. */
  failed: 1,
  /** The command was called wrongly; nothing ran. */
  usage: 2,
  /** An outcome, but not a whole one: undecided, tied, no quorum, somebody did not answer, or a notice warns. */
  open: 3,
  /** Ctrl-C and SIGTERM: 128 and the signal's number. */
  interrupted: 130,
  terminated: 143,
} as const;

/** The exit code for an outcome; verdicts are those of the team itself, not of teams within it. */
export function exitCodeOf(outcome: {
  readonly status: OutcomeStatus;
  readonly verdicts: readonly Pick<Verdict, "status">[];
  readonly notices: readonly Pick<Notice, "level">[];
}): number {
  if (outcome.status === "failed") return EXIT.failed;
  const allDecided = outcome.verdicts.every(
    ({ status }) => status === "unanimous" || status === "decided",
  );
  const warned = outcome.notices.some(({ level }) => level === "warn");
  return outcome.status === "complete" && allDecided && !warned ? EXIT.ok : EXIT.open;
}

const USAGE_CODES: ReadonlySet<string> = new Set([
  "BAD_OPTIONS",
  "BAD_ROUTE",
  "INPUT_INVALID",
  "RUN_NOT_FOUND",
  "RUN_OWNED",
  "RUN_ID_TAKEN",
  "NOT_RESUMABLE",
  "ALREADY_DECIDED",
  "NO_SUCH_POSITION",
]);

/** What a signal stopped before there was anything to cancel. */
export class Stopped extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The exit code for what a command rejected with. */
export function exitCodeOfError(error: unknown): number {
  if (error instanceof Stopped) return error.exitCode;
  return error instanceof QuorateError && USAGE_CODES.has(error.code) ? EXIT.usage : EXIT.failed;
}
