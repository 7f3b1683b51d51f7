import {
  agent,
  type Agent,
  type JudgeAnswer,
  type JudgeQuestion,
  type JudgeRecord,
} from "../../src/index.ts";
import type { DataSet, Vote } from "./data.ts";

/** A judge's answers about one item, by order. */
type Replies = ReadonlyMap<"ab" | "ba", Vote>;

/** A judge that gives its recorded answers. */
export interface RecordedJudge {
  readonly name: string;
  readonly agent: Agent<string, JudgeQuestion, JudgeAnswer>;
  /** Whether it was recorded in one order only, so that the order cannot influence it. */
  readonly once: boolean;
  /** The mean cost of an item in all orders, in micro-dollars. */
  readonly cost: number;
  /** Its choice if it chose the same in all orders, else `undefined`. */
  readonly choice: (item: string) => string | undefined;
  /** The cost of one item in all orders, in micro-dollars. */
  readonly costOf: (item: string) => number;
}

/** The judges of a set, cheapest first. `spent` gets the cost of each answer. */
export function recordedJudges(
  { meta, votes }: DataSet,
  spent: (micros: number) => void,
): readonly RecordedJudge[] {
  const [first] = meta.classes;
  const byAgent = Map.groupBy(votes, ({ agent: name }) => name);
  return [...byAgent]
    .map(([name, said]) => recorded(name, said, first ?? "", spent))
    .sort((a, b) => a.cost - b.cost || (a.name < b.name ? -1 : 1));
}

function recorded(
  source: string,
  votes: readonly Vote[],
  first: string,
  spent: (micros: number) => void,
): RecordedJudge {
  const name = source.replaceAll("/", " ");
  const replies = new Map<string, Replies>();
  for (const [item, said] of Map.groupBy(votes, (vote) => vote.item)) {
    replies.set(item, new Map(said.map((vote) => [vote.order ?? "ab", vote])));
  }
  return {
    name,
    once: votes.every(({ order = "ab" }) => order === "ab"),
    cost: total(votes) / Math.max(1, replies.size),
    choice(item) {
      const labels = [...(replies.get(item)?.values() ?? [])].map(({ label }) => label);
      const [label] = labels;
      const same = labels.every((other) => other === label);
      return same && typeof label === "string" && label !== TIE ? label : undefined;
    },
    costOf: (item) => total([...(replies.get(item)?.values() ?? [])]),
    agent: agent({
      name,
      retries: 0,
      run({ subject, options }: JudgeQuestion): JudgeAnswer {
        const order = options[0]?.position === first ? "ab" : "ba";
        const vote = replies.get(subject)?.get(order);
        spent(vote?.cost ?? 0);
        // A tie, or nothing usable, names no option.
        const chosen = options.find(({ position }) => position === vote?.label);
        return { choice: chosen?.id ?? "none" };
      },
    }),
  };
}

const TIE = "tie";

function total(votes: readonly Vote[]): number {
  return votes.reduce((sum, { cost = 0 }) => sum + cost, 0);
}

/** A judge's record after these items. */
export function recordOf(
  judge: RecordedJudge,
  truths: readonly { readonly item: string; readonly truth: string }[],
): JudgeRecord {
  const choices = truths.map(({ item, truth }) => ({ choice: judge.choice(item), truth }));
  const consistent = choices.filter(({ choice }) => choice !== undefined);
  return {
    truths: truths.length,
    consistent: consistent.length,
    right: consistent.filter(({ choice, truth }) => choice === truth).length,
    usdMicros:
      truths.reduce((sum, { item }) => sum + judge.costOf(item), 0) / Math.max(1, truths.length),
  };
}
