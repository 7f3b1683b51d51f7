import type { PlacedFinding } from "../../../src/model/claim.ts";
import type { Conflict, Holder, Position } from "../../../src/model/conflict.ts";
import type { Found, RunView } from "../../../src/report/run-view.ts";
import type { Verdict } from "../../../src/model/verdict.ts";
import { positionText } from "./words.ts";

/**
 * What became of a subject, as it is shown: a finding stands or is left out, a question is settled; `waits` for a person; `open`:
 * nobody could decide, or not yet.
 */
export type Fate = "stands" | "left-out" | "settled" | "waits" | "open";

/** What an agent holds about a subject: a position by its place in `positions`, or nothing. */
export type Held =
  | { readonly position: number; readonly against: boolean }
  | { readonly position: "missing" };

/** One thing that agents spoke about: a row of the matrix, and a finding or a question. */
export interface Subject {
  /** From 1, in the order of the page. */
  readonly number: number;
  /** Tells it from others for as long as the run lasts: numbers change while more is decided. */
  readonly key: string;
  /** The team that it belongs to: `""` for the root. */
  readonly team: string;
  readonly kind: Verdict["kind"];
  /** Without its place. */
  readonly text: string;
  /** As it stands in the log. */
  readonly name: string;
  readonly finding?: PlacedFinding;
  readonly fate: Fate;
  /** `undefined` as long as nothing was decided and nobody is asked. */
  readonly verdict?: Verdict;
  readonly positions: readonly Position[];
  /** Which of `positions` was decided for. */
  readonly winner?: number;
  /** By the agent's name. */
  readonly held: ReadonlyMap<string, Held>;
  /** Two or more positions are held. */
  readonly contested: boolean;
  /** Who reports a finding, or holds what leads. */
  readonly support: number;
  /** Who spoke. */
  readonly voices: number;
}

const PRESENT = "present";

/** Everything that was spoken about: questions first, then findings, those that most report first. */
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

/** The last verdict about each subject; of a run that was resumed without what stands in its log from before. */
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

/** Who holds a position. */
export function holdersOf(subject: Subject, position: number): readonly Holder[] {
  return subject.positions[position]?.heldBy ?? [];
}

/** Those that report a finding, each in its own words. */
export function reportersOf(subject: Subject): readonly Holder[] {
  return subject.positions.find(({ value }) => value === PRESENT)?.heldBy ?? [];
}

/** A position in words: of a finding that it is reported or not, else what is claimed. */
export function positionWords({ kind, positions }: Subject, position: number): string {
  const value = positions[position]?.value ?? null;
  if (kind === "claim") return positionText(value);
  return value === PRESENT ? "reports it" : "does not report it";
}

/** The word for a fate, which a shape and a colour repeat. */
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
