import { didYouMean } from "../check/did-you-mean.ts";
import { foldedKey } from "../conflict/canonical.ts";
import type { Outcome } from "../model/outcome.ts";
import type { Gate, Gated } from "../resolve/gate.ts";
import { gatedTeam } from "./decide/gated-team.ts";
import type { FailOn } from "./read-fail-on.ts";
import { teamOf } from "./team.ts";

/** Whether an outcome of a supervisor passes; `undefined` if neither the team nor the caller has a condition. */
export function gatedOutcome(
  supervisor: unknown,
  failOn: FailOn | undefined,
  outcome: Outcome,
): Gated | undefined {
  const team = teamOf(supervisor);
  return team && gatedTeam(team, withFailOn(team.gate, failOn), outcome);
}

/** Values that nobody held about a subject, although somebody held something similar. */
export interface Unheld {
  readonly subject: string;
  readonly values: readonly string[];
}

/** The values that are probably misspelt. They pass, like positions that were held and did not win. */
export function unheldIn(
  { winners }: FailOn,
  { verdicts }: Pick<Outcome, "verdicts">,
): readonly Unheld[] {
  return [...winners].flatMap(([subject, given]) => {
    const verdict = verdicts.find((one) => one.kind === "claim" && one.subject === subject);
    if (verdict === undefined) return [];
    const positions = verdict.positions.map(({ value }) => value);
    const held = new Set(positions.map((value) => foldedKey(value)));
    const texts = positions.filter((value) => typeof value === "string");
    const values = given.filter(
      (value) =>
        !keysOf(value).some((key) => held.has(key)) && didYouMean(value, texts) !== undefined,
    );
    return values.length === 0 ? [] : [{ subject, values }];
  });
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

/** What a text on a command line may mean: itself, and its value as JSON. */
function keysOf(value: string): readonly string[] {
  try {
    return [foldedKey(value), foldedKey(JSON.parse(value))];
  } catch {
    return [foldedKey(value)];
  }
}
