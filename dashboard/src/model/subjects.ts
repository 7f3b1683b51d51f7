import type { PlacedFinding } from "../../../src/model/claim.ts";
import type { Conflict, Holder, Position } from "../../../src/model/conflict.ts";
import type { Found, RunView } from "../../../src/report/run-view.ts";
import type { Verdict } from "../../../src/model/verdict.ts";
import { positionText } from "./words.ts";

/**
 * The displayed state of a subject: a finding stands or is left out, a question is settled; `waits` for a person; `open`: there is no decision,
 * or not yet.
 */
export type Fate = "stands" | "left-out" | "settled" | "waits" | "open";

/** An agent's position on a subject, as an index into `positions`, or none. */
export type Held =
  | { readonly position: number; readonly against: boolean }
  | { readonly position: "missing" };

/** One subject: a row of the matrix, and a finding or a question. */
export interface Subject {
  /** From 1, in the order of the page. */
  readonly number: number;
  /** Identifies it for as long as the run lasts: numbers change as verdicts are added. */
  readonly key: string;
  /** Its team: `""` for the root. */
  readonly team: string;
  readonly kind: Verdict["kind"];
  /** Without its place. */
  readonly text: string;
  /** Its name in the log. */
  readonly name: string;
  readonly finding?: PlacedFinding;
  readonly fate: Fate;
  /** `undefined` until there is a verdict or a person is asked. */
  readonly verdict?: Verdict;
  readonly positions: readonly Position[];
  /** The index in `positions` of the winner. */
  readonly winner?: number;
  /** By the agent's name. */
  readonly held: ReadonlyMap<string, Held>;
  /** Whether agents hold two or more positions. */
  readonly contested: boolean;
  /** How many report the finding, or hold the leading position. */
  readonly support: number;
  /** How many spoke. */
  readonly voices: number;
}

const PRESENT = "present";

/** All subjects: questions first, then findings, the most reported first. */
export function subjectsOf(run: RunView): readonly Subject[] {
  const settled = [...lastOfEach(run), ...run.open];
  const known = new Set(settled.map(({ team, it }) => keyOf(team, it.subject)));
  const undecided = run.conflicts.filter(({ team, it }) => !known.has(keyOf(team, it.subject)));
  const drafts = [
    ...settled.map((found) => draftOf(found, found.it)),
    ...undecided.map((found) => draftOf(found, undefined)),
  ];
  return drafts.toSorted(inOrder).map((draft, index) => ({ ...draft, number: index + 1 }));
}

/** The last verdict about each subject; without those of a resumed run's earlier log. */
function lastOfEach({ verdicts, settled }: RunView): readonly Found<Verdict>[] {
  const wanted = settled === undefined ? undefined : new Set(settled);
  const last = new Map(verdicts.map((found) => [keyOf(found.team, found.it.subject), found]));
  return [...last.values()].filter(
    ({ team, it }) => team !== "" || wanted === undefined || wanted.has(it.subject),
  );
}

function keyOf(team: string, subject: string): string {
  return JSON.stringify([team, subject]);
}

type Draft = Omit<Subject, "number">;

function draftOf({ team, it }: Found<Conflict | Verdict>, verdict: Verdict | undefined): Draft {
  const { subject, kind, finding, positions } = it;
  const winner =
    verdict === undefined || verdict.winner === null
      ? -1
      : positions.findIndex(({ value }) => same(value, verdict.winner));
  const held = new Map<string, Held>();
  for (const [position, { heldBy }] of positions.entries()) {
    const against = winner !== -1 && position !== winner;
    for (const { agent } of heldBy) held.set(agent, { position, against });
  }
  for (const agent of verdict?.missing ?? []) held.set(agent, { position: "missing" });
  const reports = positions.find(({ value }) => value === PRESENT)?.heldBy.length ?? 0;
  return {
    key: keyOf(team, subject),
    team,
    kind,
    text: finding?.text ?? subject,
    name: subject,
    ...(finding !== undefined && { finding }),
    fate: fateOf(kind, verdict),
    ...(verdict !== undefined && { verdict }),
    positions,
    ...(winner !== -1 && { winner }),
    held,
    contested: positions.filter(({ heldBy }) => heldBy.length > 0).length > 1,
    support: kind === "finding" ? reports : (positions[Math.max(winner, 0)]?.heldBy.length ?? 0),
    voices: positions.reduce((sum, { heldBy }) => sum + heldBy.length, 0),
  };
}

function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

function fateOf(kind: Verdict["kind"], verdict: Verdict | undefined): Fate {
  if (verdict === undefined) return "open";
  if (verdict.status === "waiting") return "waits";
  if (verdict.winner === null) return "open";
  if (kind === "claim") return "settled";
  return verdict.winner === PRESENT ? "stands" : "left-out";
}

function inOrder(a: Draft, b: Draft): number {
  if ((a.team === "") !== (b.team === "")) return a.team === "" ? -1 : 1;
  if (a.kind !== b.kind) return a.kind === "claim" ? -1 : 1;
  if (a.kind === "claim") return 0;
  return b.support - a.support;
}

/** The agents that hold a position. */
export function holdersOf(subject: Subject, position: number): readonly Holder[] {
  return subject.positions[position]?.heldBy ?? [];
}

/** The agents that report a finding, each with its own words. */
export function reportersOf(subject: Subject): readonly Holder[] {
  return subject.positions.find(({ value }) => value === PRESENT)?.heldBy ?? [];
}

/** A position in words: whether a finding is reported, else the claim. */
export function positionWords({ kind, positions }: Subject, position: number): string {
  const value = positions[position]?.value ?? null;
  if (kind === "claim") return positionText(value);
  return value === PRESENT ? "reports it" : "does not report it";
}

/** The word for a subject's state, which a shape and a colour repeat. */
export function fateWord({ fate, verdict, positions, winner }: Subject): string {
  switch (fate) {
    case "stands":
      return "stands";
    case "left-out":
      return "left out";
    case "waits":
      return "waits";
    case "settled":
      return positionText(positions[winner ?? 0]?.value ?? null);
    case "open":
      return verdict === undefined ? "not decided yet" : verdict.status;
  }
}
