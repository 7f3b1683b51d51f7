import type { AgentResult } from "../model/call.ts";
import { areOther, secretHash, type SecretHash } from "../call/key.ts";
import { redactor, type Redactor } from "../log/redact.ts";
import { describeThrown, isSoundError } from "../model/errors.ts";
import type { EventBody } from "../model/events.ts";
import { keyedHash } from "../model/hash.ts";
import { canonicalJson, type Json } from "../model/json.ts";
import type { Outcome } from "../model/outcome.ts";
import { put } from "../model/record.ts";
import type { Values } from "../store/values.ts";
import { isTeam } from "../team/configure-team.ts";
import { teamOf, type Team } from "../team/team.ts";

/** The secrecy of one run. */
export interface Secrecy {
  /** `undefined` if nothing is taken out. */
  readonly redact: Redactor | undefined;
  /** Hashes what is taken out; `undefined` if a hash could be guessed. */
  readonly keyed: SecretHash | undefined;
}

const NOTHING_SECRET: Secrecy = Object.freeze({ redact: undefined, keyed: undefined });

/**
 * Made from the rules of the team and of all nested teams: they write to one log, and its readers must see none of their
 * secrets. Hashes are keyed with the team's own secret, else with that of the store.
 */
export function secrecyOf(team: Team, values: Values): Secrecy {
  const teams = allTeams(team);
  const rules = new Set(teams.flatMap(({ redact }) => redact ?? []));
  if (rules.size === 0) return NOTHING_SECRET;
  const secret = teams.find(({ hashSecret }) => hashSecret !== undefined)?.hashSecret;
  const hash =
    secret === undefined ? values.hash : (text: string): string => keyedHash(secret, text);
  return { redact: redactor([...rules]), keyed: hash && secretHash(hash) };
}

function allTeams(team: Team): readonly Team[] {
  return [team, ...team.members.flatMap(({ worker }) => (isTeam(worker) ? allTeams(worker) : []))];
}

/** Whether a supervisor, or one nested in it, has `redact`. */
export function hasSecrets(supervisor: unknown): boolean {
  const team = teamOf(supervisor);
  return team !== undefined && allTeams(team).some(({ redact }) => redact !== undefined);
}

type StartedBody = Extract<EventBody, { type: "run.started" }>;

/** The secrecy that the first event of a run records. */
export function secrecyAsRecorded(
  { redact, keyed }: Secrecy,
  task: unknown,
): Pick<StartedBody, "redact" | "inputHash"> {
  if (redact === undefined) return {};
  const hidden = task !== undefined && !isSame(redact.value(task as Json, "input"), task);
  return {
    redact: keyed === undefined ? "unkeyed" : "keyed",
    ...(hidden && keyed !== undefined && { inputHash: keyed(canonicalJson(task)) }),
  };
}

/**
 * Whether a run began with that task, as far as its first event shows: if something was taken out of the task, by the hash of the
 * whole; without a hash, by what is left.
 */
export function isTaskOf(
  { input, inputHash }: StartedBody,
  { redact, keyed }: Secrecy,
  task: unknown,
): boolean {
  const kept =
    redact === undefined || task === undefined ? task : redact.value(task as Json, "input");
  if (!isSame(input, kept)) return false;
  return inputHash === undefined || !areOther(inputHash, keyed?.(canonicalJson(task)));
}

function isSame(one: unknown, another: unknown): boolean {
  return canonicalJson(one) === canonicalJson(another);
}

/**
 * An error as it leaves the run. Errors are printed and passed on, so a secret in their texts would travel farthest. The
 * caller's own reason stays as it is.
 */
export function errorOutside(
  error: unknown,
  { redact }: Secrecy,
  signal: AbortSignal | undefined,
): unknown {
  if (redact === undefined || (signal?.aborted === true && error === signal.reason)) return error;
  return isSoundError(error) ? redact.error(error) : new Error(redact.text(describeThrown(error)));
}

/** An outcome for its caller: outputs and verdicts whole, errors as in the log. */
export function outcomeOutside(outcome: Outcome, { redact }: Secrecy): Outcome {
  if (redact === undefined) return outcome;
  const results: Record<string, AgentResult> = {};
  for (const [name, result] of Object.entries(outcome.results)) {
    put<AgentResult>(
      results,
      name,
      result.status === "failed" ? { ...result, error: redact.error(result.error) } : result,
    );
  }
  const missing = outcome.missing.map((one) => ({ ...one, detail: redact.text(one.detail) }));
  return { ...outcome, results, missing };
}
