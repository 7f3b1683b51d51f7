import { settle, unanimous, vote, type Claim, type Link } from "../../src/index.ts";
import type { DataSet } from "./data.ts";
import { figuresOf, meanQuality, qualityOf, scoreVerdict, type Quality } from "./score.ts";
import type { Section, SetResult } from "./section.ts";

/** How the votes of a crowd set are settled: method → chain; the library's default chain where it is `undefined`. */
type Methods = Readonly<Record<string, readonly Link[] | undefined>>;

function methodsFor(): Methods {
  return {
    "default chain": undefined,
    majority: [unanimous(), vote()],
  };
}

/** Many agents, many items, no outcomes: each method settles a set's votes as a whole. */
export const crowd: Section = async (folders) => {
  const sets: Record<string, SetResult> = {};
  const means = new Map<string, Quality[]>();
  for (const folder of folders) {
    for (const { name, kind } of folder.metas) {
      if (kind !== "crowd") continue;
      const data = folder.read(name);
      const result: Record<string, SetResult[string]> = {};
      for (const [method, chain] of Object.entries(methodsFor())) {
        const quality = await settled(data, chain);
        result[method] = figuresOf(quality);
        means.set(method, [...(means.get(method) ?? []), quality]);
      }
      sets[name] = result;
    }
  }
  if (means.size === 0) return undefined;
  const entries = [...means].map(([method, all]) => [method, figuresOf(meanQuality(all))] as const);
  return {
    title: "votes with fixed meanings, no outcomes",
    notes: ["Ties are shared evenly. ECE: ten equal bins of the winner's confidence."],
    sets: { mean: Object.fromEntries(entries), ...sets },
  };
};

async function settled(
  { items, votes }: DataSet,
  chain: readonly Link[] | undefined,
): Promise<Quality> {
  const claims = votes.flatMap(({ item, agent, label }): Claim[] =>
    label === null ? [] : [{ subject: item, agent, position: label }],
  );
  const verdicts = await settle(claims, chain === undefined ? {} : { resolve: chain });
  const bySubject = new Map(verdicts.map((verdict) => [verdict.subject, verdict]));
  return qualityOf(items.map(({ item, truth }) => scoreVerdict(bySubject.get(item), truth)));
}
