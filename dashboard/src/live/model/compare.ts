import type { CallView } from "../../../../src/report/call-view.ts";
import type { RunPage } from "../../model/page.ts";
import { fateWord, type Subject } from "../../model/subjects.ts";
import { jsonText } from "../../model/words.ts";

/** A subject in two runs: in both, or in one of them. */
export interface SubjectPair {
  readonly key: string;
  readonly before: Subject | undefined;
  readonly after: Subject | undefined;
}

/** The calls at the same place in two runs. */
export interface CallPair {
  readonly callId: string;
  readonly before: CallView | undefined;
  readonly after: CallView | undefined;
  /** The two answers as text. */
  readonly texts: readonly [before: string, after: string];
}

/** Two runs, and their differences. */
export interface Comparison {
  readonly verdicts: readonly SubjectPair[];
  readonly sameVerdicts: number;
  readonly answers: readonly CallPair[];
  readonly sameAnswers: number;
}

export function compare(before: RunPage, after: RunPage): Comparison {
  const verdicts = pairs(before.subjects, after.subjects, ({ key }) => key);
  const changed = verdicts.filter(({ before: one, after: other }) => signOf(one) !== signOf(other));
  const calls = pairs(callsIn(before), callsIn(after), ({ callId }) => callId).map(
    ({ key, before: one, after: other }): CallPair => ({
      callId: key,
      before: one,
      after: other,
      texts: [answerText(one), answerText(other)],
    }),
  );
  const differing = calls.filter(({ texts: [one, other] }) => one !== other);
  return {
    verdicts: changed,
    sameVerdicts: verdicts.length - changed.length,
    answers: differing,
    sameAnswers: calls.length - differing.length,
  };
}

function callsIn({ run }: RunPage): readonly CallView[] {
  return [...run.calls.values()].filter(({ role }) => role !== "team");
}

interface Pair<T> {
  readonly key: string;
  readonly before: T | undefined;
  readonly after: T | undefined;
}

/** In the order of the first run, then what only the second one has. */
function pairs<T>(
  before: readonly T[],
  after: readonly T[],
  keyOf: (one: T) => string,
): readonly Pair<T>[] {
  const others = new Map(after.map((one) => [keyOf(one), one]));
  const own = new Set(before.map(keyOf));
  return [
    ...before.map((one) => ({ key: keyOf(one), before: one, after: others.get(keyOf(one)) })),
    ...after
      .filter((one) => !own.has(keyOf(one)))
      .map((one) => ({ key: keyOf(one), before: undefined, after: one })),
  ];
}

/** What a reader sees of a verdict: its result, its reason, and the positions. */
function signOf(subject: Subject | undefined): string {
  if (subject === undefined) return "";
  const held = subject.positions.map(({ value, heldBy }) => [
    value,
    heldBy.map(({ agent }) => agent).toSorted(),
  ]);
  return JSON.stringify([fateWord(subject), subject.verdict?.reasoning, held]);
}

/** A call's answer for a reader: the texts of its findings, else its output; or why it has none. */
export function answerText(call: CallView | undefined): string {
  if (call === undefined) return "";
  if (call.output === undefined) return call.error?.message ?? call.detail ?? "";
  const findings = Object(call.output)["findings"] as unknown;
  if (!Array.isArray(findings)) return jsonText(call.output);
  return findings
    .map((one: unknown) => {
      const text = Object(one)["text"] as unknown;
      return typeof text === "string" ? text : jsonText(one);
    })
    .join("\n");
}
