import { timingSafeEqual } from "node:crypto";
import { eachOf, word } from "../../check/kinds.ts";
import { option, options, type Option, type Options } from "../../check/options.ts";
import { QuorateError } from "../../model/errors.ts";
import { randomSecret, secretHash } from "./secret.ts";

/** What a token allows: to look at runs; to begin and stop them; to decide and record truths. */
export type TokenScope = "read" | "run" | "decide";

export const SCOPES: readonly TokenScope[] = ["read", "run", "decide"];

/** A secret that callers use, and what it allows. */
export interface ServerToken {
  /** At least 32 random characters, for instance from `openssl rand -hex 32`. */
  readonly token: string;
  /** The caller's name, which is recorded with its decisions. */
  readonly name?: string;
  /** The only tenant whose runs it sees and begins. Default: all tenants. */
  readonly tenant?: string;
  /** What it allows. Default: all three scopes. */
  readonly scopes?: readonly TokenScope[];
}

/** A known caller. */
export interface Principal {
  readonly name: string | undefined;
  readonly tenant: string | undefined;
  readonly scopes: ReadonlySet<TokenScope>;
  /** Identifies the caller in counts and limits; not a secret. */
  readonly key: string;
}

const LEAST_CHARS = 32;
const MAX_CHARS = 1_000;

/** Its errors never quote the value. */
const SECRET: Option<string> = option((given, what) => {
  if (typeof given === "string" && given.length >= LEAST_CHARS && given.length <= MAX_CHARS) {
    if (/^[\x21-\x7e]+$/.test(given)) return given;
    const why = `${what} has characters that no header can have; use letters and digits`;
    throw new QuorateError("BAD_OPTIONS", why);
  }
  const why = `${what} is not a text of ${LEAST_CHARS} to ${MAX_CHARS} characters; make one by: openssl rand -hex 32`;
  throw new QuorateError("BAD_OPTIONS", why);
}, "").needed();

export const TENANT: Option<string | undefined> = option((given) => {
  const fits = typeof given === "string" && given.length > 0 && given.length <= 200;
  return fits && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(given) && given.isWellFormed() ? given : undefined;
}, "use a text of 1 to 200 characters that can be seen");

const TOKEN: Options<ServerToken> = options({
  token: SECRET,
  name: TENANT,
  tenant: TENANT,
  scopes: eachOf(word(...SCOPES), 'use ["read"], ["read", "run"] or the like'),
});

export const TOKENS: Option<readonly ServerToken[] | undefined> = eachOf(
  TOKEN as Option<ServerToken | undefined>,
  "use [{ token, name, tenant, scopes }]",
);

/** The tokens that a server knows, as hashes only. */
export interface TokenBook {
  /** The caller with this token; `undefined` if it is unknown. Takes equally long for every token. */
  readonly of: (token: string) => Principal | undefined;
  readonly first: Principal;
}

export function tokenBook(tokens: readonly ServerToken[]): TokenBook {
  const known = tokens.map(({ token, name, tenant, scopes = SCOPES }, at) => ({
    hash: secretHash(token),
    principal: { name, tenant, scopes: new Set(scopes), key: `token ${at}` } as const,
  }));
  for (const [at, { hash }] of known.entries()) {
    if (!known.slice(0, at).some((one) => one.hash.equals(hash))) continue;
    throw new QuorateError("BAD_OPTIONS", "two tokens are the same; make one for each client");
  }
  const first = known[0]?.principal;
  if (first === undefined) {
    const why =
      "tokens is empty, so that nobody could use the server; give one, or leave tokens out";
    throw new QuorateError("BAD_OPTIONS", why);
  }
  return {
    first,
    of(token) {
      const hash = secretHash(token);
      let found: Principal | undefined;
      for (const one of known) if (timingSafeEqual(one.hash, hash)) found = one.principal;
      return found;
    },
  };
}

const SESSION_MS = 12 * 3_600_000;
const CODE_MS = 10 * 60_000;
const MAX_KEPT = 1_000;

interface KeptGrant {
  readonly principal: Principal;
  readonly untilMs: number;
}

/** What was issued for a token, for a limited time: browser sessions, and the one-time codes that open them. Stored as hashes. */
export interface Sessions {
  readonly code: (principal: Principal) => string;
  readonly redeem: (code: string) => Principal | undefined;
  readonly open: (principal: Principal) => string;
  readonly of: (session: string) => Principal | undefined;
  readonly close: (session: string) => void;
}

export const SESSION_SECONDS: number = SESSION_MS / 1_000;

export function sessions(nowMs: () => number): Sessions {
  const codes = new Map<string, KeptGrant>();
  const opened = new Map<string, KeptGrant>();
  const keyOf = (secret: string): string => secretHash(secret).toString("base64url");
  const keep = (map: Map<string, KeptGrant>, principal: Principal, ms: number): string => {
    const [oldest] = map.keys();
    if (map.size >= MAX_KEPT && oldest !== undefined) map.delete(oldest);
    const secret = randomSecret();
    map.set(keyOf(secret), { principal, untilMs: nowMs() + ms });
    return secret;
  };
  const look = (map: Map<string, KeptGrant>, key: string): Principal | undefined => {
    const kept = map.get(key);
    if (kept === undefined) return undefined;
    if (kept.untilMs > nowMs()) return kept.principal;
    map.delete(key);
    return undefined;
  };
  return {
    code: (principal) => keep(codes, principal, CODE_MS),
    redeem(code) {
      const key = keyOf(code);
      const principal = look(codes, key);
      codes.delete(key);
      return principal;
    },
    open: (principal) => keep(opened, principal, SESSION_MS),
    of: (session) => look(opened, keyOf(session)),
    close: (session) => void opened.delete(keyOf(session)),
  };
}
