import { describeThrown, QuorateError } from "../errors.ts";

// Primary result codes of SQLite, https://sqlite.org/rescode.html; the low byte of an extended code.
const BUSY = 5;
const LOCKED = 6;

const ADVICE: Readonly<Record<number, string>> = {
  [BUSY]: "is locked by another process: let that process finish, or raise busyTimeoutMs",
  [LOCKED]: "is locked by another process: let that process finish, or raise busyTimeoutMs",
  8: "is read-only: make the file and its folder writable for this user",
  10: "failed to read or write: check the disk",
  11: "is damaged: restore it from a copy",
  13: "has no room left: free some disk space, or raise maxBytes",
  14: "cannot be opened: check that its folder exists and that this user may read and write there",
  26: "is not a SQLite database: choose another path",
};

/** A `QuorateError` as it is; anything else as a `STORE_FAILED` that names the path and what to do, with its cause. */
export function storeFailure(path: string, cause: unknown): QuorateError {
  if (cause instanceof QuorateError) return cause;
  const code = resultCode(cause);
  const advice = code === undefined ? systemAdvice(cause) : ADVICE[code];
  return new QuorateError(
    "STORE_FAILED",
    `The store "${path}" ${advice ?? `failed: ${describeThrown(cause)}`}.`,
    {
      cause,
    },
  );
}

/** What to do about a failure of the file system, before SQLite had a say. */
function systemAdvice(cause: unknown): string | undefined {
  const code: unknown = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "ENOENT" || code === "ENOTDIR") return ADVICE[14];
  return code === "EACCES" || code === "EROFS" ? ADVICE[8] : undefined;
}

/** Whether somebody else holds the lock, so that trying again may help. */
export function isBusy(thrown: unknown): boolean {
  const code = resultCode(thrown);
  return code === BUSY || code === LOCKED;
}

function resultCode(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !("errcode" in thrown)) return undefined;
  return typeof thrown.errcode === "number" ? thrown.errcode & 0xff : undefined;
}
