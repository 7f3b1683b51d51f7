import { foldedKey } from "../conflict/canonical.ts";
import { SEVERITIES, type Severity } from "../model/claim.ts";
import { TASK_SUBJECT } from "../conflict/said.ts";
import { QuorateError } from "../model/errors.ts";
import type { Outcome } from "../model/outcome.ts";
import type { Gate, Gated } from "../resolve/gate.ts";
import { gatedTeam } from "./decide/gated-team.ts";
import { teamOf } from "./team.ts";

/** What must not come out, by subject; and how bad a finding must not be. About what it names it goes before the team's own gate. */
export interface FailOn {
  readonly winners: ReadonlyMap<string, readonly string[]>;
  readonly severity?: Severity;
}

/**
 * Reads one more of `hold`, a winner about `"task"`; `SUBJECT=VALUE`; `severity>=high`, and adds it to those before. A value that is
 * JSON stands for that too. Throws `BAD_OPTIONS` for what is none of these.
 */
export function readFailOn(given: string, before: FailOn = { winners: new Map() }): FailOn {
  const severity = /^\s*severity\s*[<>]=?(.*)$/is.exec(given);
  if (severity !== null) return { ...before, severity: severityIn(given) };
  const at = given.indexOf("=");
  const subject = at < 0 ? TASK_SUBJECT : given.slice(0, at).trim();
  const value = given.slice(at + 1).trim();
  if (subject === "" || value === "") throw unreadable(given);
  const listed = [...(before.winners.get(subject) ?? []), value];
  return { ...before, winners: new Map([...before.winners, [subject, listed]]) };
}

function severityIn(given: string): Severity {
  const word = /^\s*severity\s*>=\s*(\w+)\s*$/i.exec(given)?.[1]?.toLowerCase();
  const severity = SEVERITIES.find((one) => one === word);
  if (severity === undefined) throw unreadable(given);
  return severity;
}

function unreadable(given: string): QuorateError {
  return new QuorateError(
    "BAD_OPTIONS",
    `"${given}" says nothing to fail on; give a winner, SUBJECT=VALUE, or severity>= with one of ${SEVERITIES.join(", ")}`,
  );
}

/** Whether an outcome of a supervisor passes; `undefined` where neither it nor its caller says what has to. */
export function gatedOutcome(
  supervisor: unknown,
  failOn: FailOn | undefined,
  outcome: Outcome,
): Gated | undefined {
  const team = teamOf(supervisor);
  return team && gatedTeam(team, withFailOn(team.gate, failOn), outcome);
}

function withFailOn(gate: Gate | undefined, failOn: FailOn | undefined): Gate | undefined {
  if (failOn === undefined) return gate;
  const rules = [...failOn.winners].map(
    ([subject, values]) =>
      [subject, { listed: new Set(values.flatMap(keysOf)), pass: false }] as const,
  );
  return {
    rules: new Map([...(gate?.rules ?? []), ...rules]),
    severity: failOn.severity ?? gate?.severity,
  };
}

/** What a text on a command line may stand for: itself, and what it is as JSON. */
function keysOf(value: string): readonly string[] {
  try {
    return [foldedKey(value), foldedKey(JSON.parse(value))];
  } catch {
    return [foldedKey(value)];
  }
}
