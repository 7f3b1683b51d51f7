import {
  judge,
  settle,
  type Claim,
  type JudgePanelOptions,
  type JudgeWeight,
} from "../../src/index.ts";
import type { DataSet, Item } from "./data.ts";
import { draw, seeded } from "./random.ts";
import { recordedJudges, recordOf, type RecordedJudge } from "./recorded-judges.ts";
import { qualityOf, scoreVerdict, type Scored } from "./score.ts";
import type { Section, SetResult } from "./section.ts";

const SPLITS = { full: 20, quick: 3 } as const;
const FIRST_SEED = 1;
/** The weight of every judge if a majority decides: any value works, if it is the same for all. */
const EVEN = 0.75;
/** The weight of a judge without a record whose two orders agree: asking ends with the first such judge. */
const DEFAULT_OF_BOTH_ORDERS = 0.75;

/** How the judges are asked: all options of a panel except its judges and their records. */
interface Method {
  readonly name: string;
  readonly options: Omit<JudgePanelOptions, "panel" | "weights">;
}

const WITH_TRUTHS: readonly Method[] = [
  { name: "weighted panel", options: { stopAt: 1 } },
  { name: "cheapest first, to .8", options: { stopAt: 0.8 } },
  { name: "cheapest first, to .9", options: { stopAt: 0.9 } },
  { name: "by worth", options: { order: "worth" } },
  { name: "by worth, to .8", options: { stopAt: 0.8, order: "worth" } },
  { name: "by worth, to .9", options: { stopAt: 0.9, order: "worth" } },
];

/** Pairs of answers, judged by several models in both orders: how often panels are right, and at what cost. */
export const judges: Section = async (folders, { quick }) => {
  const sets: Record<string, SetResult> = {};
  for (const folder of folders) {
    for (const { name, kind } of folder.metas) {
      if (kind === "llm-judge") await scoreSet(folder.read(name), quick, sets);
    }
  }
  if (Object.keys(sets).length === 0) return undefined;
  return {
    title: "judges in both orders",
    notes: [
      "best: cost, as a multiple of that of the best judge by hindsight;",
      "all: as a share of that of all judges. A tie or a split is no choice.",
      "METHOD; K: with K recorded truths, scored on the others; means of splits.",
    ],
    sets,
    decimals: { best: 2, all: 2 },
  };
};

async function scoreSet(
  data: DataSet,
  quick: boolean,
  sets: Record<string, SetResult>,
): Promise<void> {
  const { items, meta } = data;
  let spent = 0;
  const all = recordedJudges(data, (micros) => {
    spent += micros;
  });
  const dear = all.reduce((sum, { cost }) => sum + cost, 0);
  const best = byAccuracy(all, items);
  const positions = meta.classes.slice(0, 2);

  /** Settles items with a panel. */
  const measure = async (
    scored: readonly Item[],
    options: Omit<JudgePanelOptions, "panel">,
    panel: readonly RecordedJudge[] = all,
  ): Promise<Measured> => {
    spent = 0;
    const resolver = judge({
      atLeast: 0.5,
      ...options,
      panel: panel.map(({ agent, once }) => ({ ask: agent, once })),
    });
    const claims = scored.flatMap(({ item }): Claim[] =>
      positions.map((position) => ({ subject: item, agent: `holder of ${position}`, position })),
    );
    const verdicts = new Map(
      (await settle(claims, { resolve: [resolver] })).map((verdict) => [verdict.subject, verdict]),
    );
    const quality = qualityOf(
      scored.map(({ item, truth }): Scored => scoreVerdict(verdicts.get(item), truth)),
    );
    return { ...quality, micros: spent / scored.length };
  };
  const figures = (done: readonly Measured[]): Record<string, number> => {
    const mean = (of: (one: Measured) => number): number =>
      done.reduce((sum, one) => sum + of(one), 0) / done.length;
    return {
      accuracy: mean(({ accuracy }) => accuracy),
      ece: mean(({ ece }) => ece),
      best: mean(({ micros }) => micros) / best.cost,
      all: mean(({ micros }) => micros) / dear,
    };
  };

  const result: Record<string, SetResult[string]> = {};
  sets[meta.name] = result;
  result["best judge (hindsight)"] = figures([await measure(items, { stopAt: 1 }, [best])]);
  result["panel majority"] = figures([await measure(items, { stopAt: 1, weights: even(all) })]);
  result["cheapest till its orders agree"] = figures([
    await measure(items, { stopAt: DEFAULT_OF_BOTH_ORDERS }),
  ]);
  const sizes = [50, 100, Math.floor(items.length / 2)].filter(
    (size, i, list) => size < items.length && list.indexOf(size) === i,
  );
  const seeds = Array.from({ length: SPLITS[quick ? "quick" : "full"] }, (_, i) => FIRST_SEED + i);
  for (const size of sizes) {
    const runs = new Map<string, Measured[]>();
    const note = (method: string, measured: Measured): void => {
      runs.set(method, [...(runs.get(method) ?? []), measured]);
    };
    for (const seed of seeds) {
      const truths = draw(items, size, seeded(seed));
      const known = new Set(truths);
      const scored = items.filter((item) => !known.has(item));
      const weights = new Map<string, JudgeWeight>(
        all.map((one) => [one.name, recordOf(one, truths)]),
      );
      note("best judge then", await measure(scored, { stopAt: 1 }, [byAccuracy(all, truths)]));
      for (const { name, options } of WITH_TRUTHS) {
        note(name, await measure(scored, { ...options, weights }));
      }
    }
    for (const [method, done] of runs) result[`${method}; ${size}`] = figures(done);
  }
}

interface Measured {
  readonly accuracy: number;
  readonly ece: number;
  readonly micros: number;
}

function even(all: readonly RecordedJudge[]): ReadonlyMap<string, JudgeWeight> {
  return new Map(all.map(({ name }) => [name, EVEN]));
}

/** The judge that is right most often, with no choice counted as half; among equals, the cheaper one. */
function byAccuracy(all: readonly RecordedJudge[], items: readonly Item[]): RecordedJudge {
  const [best] = all
    .map((one) => ({ one, record: recordOf(one, items) }))
    .map(({ one, record }) => ({
      one,
      score: record.right + (record.truths - record.consistent) / 2,
    }))
    .sort((a, b) => b.score - a.score);
  if (best === undefined) throw new Error("there are no judges");
  return best.one;
}
