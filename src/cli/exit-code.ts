import { isRefusal } from "../model/is-refusal.ts";
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
  /** Decided, and the gate does not pass. */
  against: 4,
  /** Ctrl-C and SIGTERM: 128 and the signal's number. */
  interrupted: 130,
  terminated: 143,
} as const;

/**
 * The exit code for an outcome, the first that fits; verdicts are those of the team itself, not of teams within it. `passed` is what the
 * gate says, `undefined` where there is none.
 */
export function exitCodeOf(outcome: {
  readonly status: OutcomeStatus;
  readonly passed: boolean | null | undefined;
  readonly verdicts: readonly Pick<Verdict, "status">[];
  readonly notices: readonly Pick<Notice, "level">[];
}): number {
  const { status, passed, verdicts, notices } = outcome;
  if (status === "failed") return EXIT.failed;
  if (passed === false) return EXIT.against;
  const isWhole = status === "complete" && passed !== null && verdicts.every(isDecided);
  return isWhole && notices.every(({ level }) => level === "info") ? EXIT.ok : EXIT.open;
}

/** One voice among several is told of by a notice, and no gate goes by it. */
function isDecided({ status }: Pick<Verdict, "status">): boolean {
  return status === "unanimous" || status === "decided" || status === "unopposed";
}

/** Of several exit codes the one that a script must hear of. */
export function worstOf(codes: readonly number[]): number {
  const known: readonly number[] = [EXIT.ok, EXIT.open, EXIT.against];
  if (codes.some((code) => !known.includes(code))) return EXIT.failed;
  return Math.max(EXIT.ok, ...codes);
}

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
  return isRefusal(error) ? EXIT.usage : EXIT.failed;
}
