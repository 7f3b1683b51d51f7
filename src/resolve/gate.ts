import { word } from "../check/kinds.ts";
import { option, options, type Options, type Option } from "../check/options.ts";
import { foldedKey } from "../conflict/canonical.ts";
import { SEVERITIES, type Severity } from "../model/claim.ts";
import { PRESENT } from "../conflict/findings.ts";
import { listedKey } from "../conflict/listed-key.ts";
import { TASK_SUBJECT } from "../model/claim.ts";
import { QuorateError } from "../model/errors.ts";
import type { Json } from "../model/json.ts";
import { NO_VERDICT, type Unclear } from "../model/unclear.ts";
import type { Verdict } from "../model/verdict.ts";
import { voicesOf } from "./voices.ts";

/** The winners that pass, by subject. */
export interface PassBySubject {
  readonly [subject: string]: readonly Json[];
  /** Excludes lists, so that the compile error for a list names the possible winners. */
  readonly [Symbol.iterator]?: never;
}

/** What must be decided for an outcome to pass. `Winner` is what agents can hold about `"task"`, if that is known. */
export interface GateOptions<Winner extends Json = Json> {
  /** The winners that pass: about `"task"` as a list, about several subjects by their names. Compared with `equal()`. */
  readonly pass?: readonly Winner[] | PassBySubject;
  /** A finding that stands with this severity, or a worse one, does not pass. Without it, findings are ignored. */
  readonly severity?: Severity;
}

/** A gate's result for a run. */
export interface Gated {
  /** `null`: undecided. */
  readonly passed: boolean | null;
  /** The subjects whose winner does not pass. */
  readonly against: readonly string[];
  /** Why it is undecided, for a run that has ended with an outcome; at most {@link MAX_UNCLEAR}. */
  readonly unclear?: readonly Unclear[];
}

const MAX_UNCLEAR = 5;

/** A gate, checked. */
export interface Gate {
  readonly rules: ReadonlyMap<string, GateRule>;
  readonly severity: Severity | undefined;
}

/** Which winners pass: those that are `listed`, or all others. */
export interface GateRule {
  readonly listed: ReadonlySet<string>;
  readonly pass: boolean;
}

const PASS = option<Gate["rules"]>((given, what) => {
  if (typeof given !== "object" || given === null) return undefined;
  const bySubject = Array.isArray(given) ? [[TASK_SUBJECT, given] as const] : Object.entries(given);
  if (bySubject.length === 0) return undefined;
  return new Map(
    bySubject.map(([subject, list]) => [subject, passing(list, `${what}.${subject}`)]),
  );
}, 'list the winners that pass, ["ship"], or say for each subject: { days: [10] }');

function passing(list: unknown, what: string): GateRule {
  if (!Array.isArray(list) || list.length === 0) {
    const why = `${what} lists nothing that passes; use a list with one winner at least`;
    throw new QuorateError("BAD_OPTIONS", why);
  }
  return {
    listed: new Set((list as readonly Json[]).map((value) => listedKey(value, what))),
    pass: true,
  };
}

const GATE_TABLE: Options<GateOptions, never, { readonly pass?: Gate["rules"] }> = options(
  { pass: PASS, severity: word(...SEVERITIES) },
  { instead: 'use { pass: ["ship"] }' },
);

/** The `gate` of a team. */
export const GATE: Option<Gate | undefined> = option<Gate>((given, what) => {
  const taken = GATE_TABLE.take(given, what);
  if (taken === undefined) return undefined;
  const { pass = new Map(), severity } = taken;
  if (pass.size > 0 || severity !== undefined) return { rules: pass, severity };
  throw new QuorateError("BAD_OPTIONS", `${what} is empty; say what passes, { pass: ["ship"] }`);
}, "");

/** What a gate looks at. */
export interface GatedRun {
  readonly status: "complete" | "partial" | "waiting" | "failed";
  readonly verdicts: readonly Verdict[];
  /** How many looked for findings, and how many did not answer. */
  readonly looked: number;
  readonly missing: number;
}

/**
 * Whether a run passes: true only if everything that the gate names is settled and passes; false if something that is settled does not
 * pass; otherwise undecided.
 */
export function gatedBy({ rules, severity }: Gate, run: GatedRun): Gated {
  const judged = [
    ...[...rules].map(([subject, rule]): Judged => {
      const verdict = run.verdicts.find((one) => one.kind === "claim" && one.subject === subject);
      if (verdict === undefined) return { subject, passes: null, why: NO_VERDICT };
      return { subject, passes: passesBy(rule, verdict), why: unsureWords(verdict) };
    }),
    ...(severity === undefined ? [] : judgedFindings(severity, run)),
  ];
  const against = judged.flatMap(({ subject, passes }) => (passes === false ? [subject] : []));
  if (against.length > 0) return { passed: false, against };
  // If it waits or failed, its status says why.
  if (run.status !== "complete" && run.status !== "partial") return { passed: null, against };
  const unclear = judged
    .filter(({ passes }) => passes === null)
    .map(({ subject, why }) => ({ subject, why }));
  return unclear.length === 0
    ? { passed: true, against }
    : { passed: null, against, unclear: unclear.slice(0, MAX_UNCLEAR) };
}

function passesBy({ listed, pass }: GateRule, verdict: Verdict): boolean | null {
  return isSure(verdict) ? listed.has(foldedKey(verdict.winner)) === pass : null;
}

/** The result of one part of a gate; `why` applies if it is `null`. */
interface Judged extends Unclear {
  readonly passes: boolean | null;
}

function unsureWords({ status, positions, asked }: Verdict): string {
  if (status === "unopposed") return `has one voice${asked === undefined ? "" : ` of ${asked}`}`;
  const alone = voicesOf(positions) <= 1 && (status === "unanimous" || status === "decided");
  if (status === "no-quorum") return "has no quorum";
  return alone ? "has one voice, and it is unknown of how many" : `is ${status}`;
}

function judgedFindings(
  severity: Severity,
  { verdicts, looked, missing }: GatedRun,
): readonly Judged[] {
  const bound = SEVERITIES.indexOf(severity);
  const found = verdicts.flatMap((verdict) => {
    const { kind, subject, finding, winner } = verdict;
    const said = finding?.severity;
    if (kind !== "finding" || (said !== undefined && SEVERITIES.indexOf(said) > bound)) return [];
    const stands = winner === PRESENT;
    // No reporter gave a severity.
    const unrated = isSure(verdict) && stands && said === undefined;
    const passes = unrated || !isSure(verdict) ? null : !stands;
    return [{ subject, passes, why: unrated ? "has no severity" : unsureWords(verdict) }];
  });
  if (enoughLooked(looked, missing)) return found;
  const why =
    looked === 0
      ? "no agent looked for findings"
      : `only ${looked} looked for findings, and ${missing} did not answer`;
  return [{ subject: "", passes: null, why }, ...found];
}

/** That nothing was found says little if as many failed as looked. */
export function enoughLooked(looked: number, missing: number): boolean {
  return looked === 1 ? missing === 0 : looked > missing;
}

/** Whether something was decided. A single voice decides if nobody else was asked. */
export function isSettled({ status, asked }: Verdict): boolean {
  return status === "unanimous" || status === "decided" || (status === "unopposed" && asked === 1);
}

/** Like {@link isSettled}. In logs of earlier versions one voice is called unanimous, and it is unknown how many were asked. */
function isSure(verdict: Verdict): boolean {
  return isSettled(verdict) && (voicesOf(verdict.positions) > 1 || verdict.asked === 1);
}
