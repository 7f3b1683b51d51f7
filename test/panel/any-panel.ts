import fc from "fast-check";
import { foldedKey } from "../../src/conflict/canonical.ts";
import {
  prefer,
  settle,
  support,
  unanimous,
  vote,
  type Claim,
  type Resolver,
  type RecordedVote,
  type Reliability,
  type Verdict,
} from "../../src/index.ts";
import { learn, reliability } from "../../src/learning/index.ts";
import type { Outlook } from "../../src/panel/certain.ts";
import type { PanelUntil } from "../../src/model/planned-panel.ts";
import { isClosed, nextRound, type PanelRule } from "../../src/panel/until.ts";
import type { SaidSoFar } from "../../src/resolve/foresight.ts";

export const SUBJECT = "task";
const POSITIONS = ["ship", "hold", "wait", "Ship ", "unheard of"] as const;

const member = fc.record({
  /** `undefined`: it fails. */
  says: fc.option(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom("ship", "hold") },
      { weight: 2, arbitrary: fc.constantFrom(...POSITIONS) },
    ),
    { nil: undefined, freq: 8 },
  ),
  weight: fc.oneof(
    { weight: 3, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.constantFrom(0, 0.1, 0.3, 0.5, 2, 3, 1e6) },
  ),
  family: fc.nat(6),
});

const records = fc.record({
  agents: fc.integer({ min: 2, max: 8 }),
  subjects: fc.integer({ min: 10, max: 70 }),
  truths: fc.integer({ min: 0, max: 70 }),
  labels: fc.constantFrom("fixed" as const, "open" as const),
  positions: fc.integer({ min: 2, max: 4 }),
  topics: fc.boolean(),
  seed: fc.nat(),
});

export const panels = fc.record({
  members: fc.array(member, { minLength: 1, maxLength: 8 }),
  resolvers: fc.uniqueArray(
    fc.constantFrom("unanimous", "vote", "prefer", "support", "reliability"),
    {
      minLength: 1,
      maxLength: 3,
    },
  ),
  margin: fc.constantFrom(0, 0, 0, 0.2, 1 / 3),
  quorum: fc.constantFrom(1, 1, 2, 4),
  atLeast: fc.integer({ min: 1, max: 4 }),
  preferred: fc.uniqueArray(fc.constantFrom("hold", "wait", "ship"), { minLength: 1 }),
  record: records,
});

export type AnyPanel = typeof panels extends fc.Arbitrary<infer T> ? T : never;

const topicOf = (subject: string): string => `topic ${subject.length % 2}`;

/** What earlier claims taught: agents a0, a1, … are right the more often the smaller their number. */
export function recordOf({
  agents,
  subjects,
  truths: many,
  labels,
  positions,
  topics,
  seed,
}: AnyPanel["record"]): Reliability {
  let state = seed >>> 0;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
  const any = (): string => POSITIONS[Math.floor(random() * positions)] ?? "ship";
  const votes: RecordedVote[] = [];
  const truths: { readonly subject: string; readonly position: string }[] = [];
  for (let s = 0; s < subjects; s++) {
    const truth = any();
    const subject = `s${s}`;
    if (s < many) truths.push({ subject, position: truth });
    for (let a = 0; a < agents; a++) {
      const position = random() < a / 7 ? any() : truth;
      votes.push({ agent: `a${a}`, subject, position });
    }
  }
  return learn(votes, { labels, truths, ...(topics && { topicOf }) });
}

export function chainOf(spec: AnyPanel, from: Reliability): readonly Resolver[] {
  const { resolvers, margin, quorum, atLeast, preferred, members } = spec;
  const weights = Object.fromEntries(members.map(({ weight }, i) => [`a${i}`, weight]));
  return resolvers.map((name) => {
    switch (name) {
      case "unanimous":
        return unanimous({ quorum });
      case "vote":
        return vote({ weights, margin, quorum });
      case "prefer":
        return prefer(preferred);
      case "support":
        return support({ atLeast });
      default:
        return reliability({ from, topicOf });
    }
  });
}

export function outlookOf(chain: readonly Resolver[]): Outlook {
  return chain.map((resolver) => {
    const foresight = resolver.foresee?.(SUBJECT, undefined);
    return typeof foresight === "object" ? foresight : undefined;
  });
}

/** What the first `count` of them said. */
export function saidBy({ members }: AnyPanel, count: number): SaidSoFar {
  const byKey = new Map<string, string[]>();
  for (const [i, { says }] of members.slice(0, count).entries()) {
    if (says === undefined) continue;
    const key = foldedKey(says);
    byKey.set(key, [...(byKey.get(key) ?? []), `a${i}`]);
  }
  return { held: [...byKey].map(([key, by]) => ({ key, by })), asked: count };
}

export function namesFrom({ members }: AnyPanel, first: number): readonly string[] {
  return members.map((_, i) => `a${i}`).slice(first);
}

/** The verdict after the first `count` of them; `undefined` where nobody spoke. */
export async function verdictAfter(
  { members }: AnyPanel,
  count: number,
  resolve: readonly Resolver[],
): Promise<Verdict | undefined> {
  const claims = members
    .slice(0, count)
    .flatMap(({ says }, i): Claim[] =>
      says === undefined ? [] : [{ agent: `a${i}`, subject: SUBJECT, position: says }],
    );
  const missing = members
    .slice(0, count)
    .flatMap(({ says }, i) => (says === undefined ? [`a${i}`] : []));
  const [verdict] = await settle(claims, { resolve, missing });
  return verdict;
}

/** The key of what won; `null` for nobody. */
export function winnerOf(verdict: Verdict | undefined): string | null {
  return verdict?.winner === undefined || verdict.winner === null
    ? null
    : foldedKey(verdict.winner);
}

export function ruleOf(spec: AnyPanel, until: PanelUntil, from: Reliability): PanelRule {
  return {
    until,
    outlook: outlookOf(chainOf(spec, from)),
    truths: from.truths,
    isKin: (one, other) => familyOf(spec, one) === familyOf(spec, other),
  };
}

function familyOf({ members }: AnyPanel, name: string): number {
  const number = Number(name.slice(1));
  const family = members[number]?.family ?? 0;
  // Most are nobody's kin.
  return family < 2 ? family : number + 10;
}

/** How many are asked, in how many rounds. */
export function asked(
  spec: AnyPanel,
  rule: PanelRule,
  oneByOne: boolean,
): { readonly calls: number; readonly rounds: number } {
  let calls = 0;
  let rounds = 0;
  while (!isClosed(rule, saidBy(spec, calls), namesFrom(spec, calls))) {
    const next = nextRound(rule, saidBy(spec, calls), namesFrom(spec, calls));
    if (next.length === 0) throw new Error("nobody is asked, and it is open");
    calls += oneByOne ? 1 : next.length;
    rounds++;
  }
  return { calls, rounds };
}
