import { SEVERITIES, TASK_SUBJECT, type Severity } from "../model/claim.ts";
import { QuorateError } from "../model/errors.ts";

/** The winners that must not come out, by subject, and the severity that a finding must not have. Overrides the team's own gate on the subjects that it names. */
export interface FailOn {
  readonly winners: ReadonlyMap<string, readonly string[]>;
  readonly severity?: Severity;
}

/**
 * Reads one of `hold`, a winner about `"task"`; `SUBJECT=VALUE`; `severity>=high`, and adds it to the earlier ones. A value that is
 * JSON also stands for that value. Throws `BAD_OPTIONS` for anything else.
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
