import { describeThrown, QuorateError } from "../model/errors.ts";

// SQLSTATE codes, https://www.postgresql.org/docs/current/errcodes-appendix.html, and those of Node's sockets.
const ADVICE: Readonly<Record<string, string>> = {
  ECONNREFUSED: "cannot be reached: start it, or correct its address",
  ENOTFOUND: "cannot be reached, its host is unknown: correct its address",
  EAI_AGAIN: "cannot be reached, its host cannot be looked up: check the network",
  ETIMEDOUT: "does not answer: check the network, or correct its address",
  "28000": "refuses this user: correct the user, or what the server allows",
  "28P01": "refuses the password: set PGPASSWORD, or use a pass file",
  "3D000": "does not exist: create it, or name another",
  "42501":
    "does not let this user do that: grant it usage of the schema and its tables, or let an owner open it once (docs/scale.md)",
  "53100": "has no room left on its disk: free some space",
  "53300": "has no connection left: raise max_connections, or lower `connections`",
  "55P03": "was locked by another process for longer than patienceMs: let that process finish",
  "57P03": "is starting or stopping: wait until it is ready",
};

/** Returns a `QuorateError` as it is; makes anything else a `STORE_FAILED` with the database's name, advice, and the cause. */
export function databaseFailure(name: string, cause: unknown): QuorateError {
  if (cause instanceof QuorateError) return cause;
  const advice = ADVICE[codeOf(cause) ?? ""] ?? `failed: ${describeThrown(cause)}`;
  return new QuorateError("STORE_FAILED", `The database ${name} ${advice}.`, {
    cause: withoutClient(cause),
  });
}

/** The message of an error of `pg` alone: the error holds the client, and so its password. */
function withoutClient(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return thrown;
  const code = codeOf(thrown);
  const plain = Object.assign(new Error(thrown.message), code === undefined ? {} : { code });
  plain.name = thrown.name;
  return plain;
}

/** Whether the connection was lost or refused: the query may or may not have run. */
export function isLost(thrown: unknown): boolean {
  const code = codeOf(thrown);
  if (code === undefined) return thrown instanceof Error && LOST_WORDS.test(thrown.message);
  return LOST.has(code) || code.startsWith("08") || code.startsWith("57P");
}

/** Whether another transaction conflicted, so that nothing was done and a retry may help. */
export function isInTheWay(thrown: unknown): boolean {
  return IN_THE_WAY.has(codeOf(thrown) ?? "");
}

// pg's own errors have no code.
const LOST_WORDS = /^(Connection terminated|timeout exceeded|Query read timeout|Client has)/;
const LOST: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EAI_AGAIN",
  // A transaction that was idle for too long: its connection is gone.
  "25P03",
  "53300",
]);
// Serialization, deadlock, lock_timeout, and a large value that was removed while it was written again.
const IN_THE_WAY: ReadonlySet<string> = new Set(["40001", "40P01", "55P03", "23503"]);

function codeOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error)) return undefined;
  // If a host has several addresses, each has its own error.
  const one: unknown = thrown instanceof AggregateError ? (thrown.errors[0] ?? thrown) : thrown;
  const code: unknown = one instanceof Error && "code" in one ? one.code : undefined;
  return typeof code === "string" ? code : undefined;
}
