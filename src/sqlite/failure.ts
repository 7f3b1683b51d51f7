import { describeThrown, QuorateError } from "../model/errors.ts";

// Result codes of SQLite, https://sqlite.org/rescode.html. The low byte of an extended code is the primary one.
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const PROTOCOL = 15;
const NOTADB = 26;
const SHORT_READ = 522;
const NO_ROOM_FOR_INDEX = 4874;

const LOCKED_ADVICE =
  "is locked by another process: let that process finish, or raise busyTimeoutMs";
const FULL_ADVICE = "has no room left: free some disk space, or raise maxBytes";

const ADVICE: Readonly<Record<number, string>> = {
  [BUSY]: LOCKED_ADVICE,
  [LOCKED]: LOCKED_ADVICE,
  // SQLite gave up because of many other processes.
  [PROTOCOL]: LOCKED_ADVICE,
  [READONLY]: "is read-only: make the file and its folder writable for this user",
  10: "failed to read or write: check the disk",
  [CORRUPT]: "is damaged: restore it from a copy",
  [SHORT_READ]: "is damaged, its write-ahead log was cut short: restore it from a copy",
  [FULL]: FULL_ADVICE,
  [NO_ROOM_FOR_INDEX]: FULL_ADVICE,
  [CANTOPEN]:
    "cannot be opened: check that its folder exists and that this user may read and write there",
  [NOTADB]:
    "is not a SQLite database: choose another path, or restore it from a copy if it was one",
};

/** Returns a `QuorateError` as it is; makes anything else a `STORE_FAILED` with the path, advice, and the cause. */
export function storeFailure(path: string, cause: unknown): QuorateError {
  if (cause instanceof QuorateError) return cause;
  const advice = sqliteAdvice(cause) ?? systemAdvice(cause);
  return new QuorateError(
    "STORE_FAILED",
    `The store "${path}" ${advice ?? `failed: ${describeThrown(cause)}`}.`,
    {
      cause,
    },
  );
}

function sqliteAdvice(cause: unknown): string | undefined {
  const code = extendedCode(cause);
  if (code === undefined) return undefined;
  // The package's statements only use what its tables have.
  if (code === 1)
    return `was changed by another program (${describeThrown(cause)}): restore it from a copy`;
  return ADVICE[code] ?? ADVICE[code & 0xff];
}

/** Advice for a failure of the file system, which came before SQLite. */
function systemAdvice(cause: unknown): string | undefined {
  const code: unknown = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP") return ADVICE[CANTOPEN];
  if (code === "ENOSPC") return FULL_ADVICE;
  return code === "EACCES" || code === "EROFS" ? ADVICE[READONLY] : undefined;
}

/** Whether another process holds the lock, so that a retry may help. */
export function isBusy(thrown: unknown): boolean {
  return isOneOf(thrown, [BUSY, LOCKED, PROTOCOL]);
}

/** Whether SQLite needs to write but may not. */
export function isReadOnly(thrown: unknown): boolean {
  return isOneOf(thrown, [READONLY]);
}

/** Whether SQLite says that a file is damaged. */
export function isDamage(thrown: unknown): boolean {
  return isOneOf(thrown, [CORRUPT, NOTADB]);
}

function isOneOf(thrown: unknown, codes: readonly number[]): boolean {
  const code = extendedCode(thrown);
  return code !== undefined && codes.includes(code & 0xff);
}

function extendedCode(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !("errcode" in thrown)) return undefined;
  return typeof thrown.errcode === "number" ? thrown.errcode : undefined;
}
