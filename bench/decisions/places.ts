import { settle } from "../../src/index.ts";
import { isElsewhere, NEAR_LINES, placeOf } from "../../src/conflict/place.ts";
import { placedPairs, type PlacedPair } from "./placed.ts";
import type { Figures, Section } from "./section.ts";

const NEAR = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 30, 50, Infinity] as const;

/** How near two places must be to count as one: on a made set of duplicates and near-misses, which needs no folder. */
export const places: Section = async () => {
  const alike = await Promise.all(placedPairs.map((pair) => isOne(pair, false)));
  const rows = NEAR.map((near): readonly [string, Figures] => {
    const isNear = ({ file, first, second }: PlacedPair): boolean =>
      !isElsewhere(placeOf({ file, ...first }), placeOf({ file, ...second }), near);
    const name = near === Infinity ? "text alone" : `${near} lines`;
    return [name, figures(placedPairs.map((pair, i) => (alike[i] ?? false) && isNear(pair)))];
  });
  const settled = await Promise.all(placedPairs.map((pair) => isOne(pair, true)));
  return {
    title: "which findings of one file are one, by their text and their lines",
    notes: [
      `A made set of ${placedPairs.length} pairs: what settle() takes for one, each pair by itself.`,
      "N lines: at most N lines from the end of one to the beginning of the other.",
      `as declared: with the library's own nearness, which is ${NEAR_LINES}.`,
    ],
    sets: {
      "placed pairs": { ...Object.fromEntries(rows), "as declared": figures(settled) },
    },
    decimals: { joined: 0 },
  };
};

async function isOne({ file, first, second }: PlacedPair, placed: boolean): Promise<boolean> {
  const at = placed ? { file } : {};
  const verdicts = await settle([], {
    findings: [
      { agent: "ann", ...at, ...first },
      { agent: "bob", ...at, ...second },
    ],
  });
  return verdicts.length === 1;
}

function figures(joined: readonly boolean[]): Figures {
  const all = joined.filter(Boolean).length;
  const right = placedPairs.filter(({ same }, i) => same && joined[i] === true).length;
  const duplicates = placedPairs.filter(({ same }) => same).length;
  return {
    precision: all === 0 ? null : right / all,
    recall: right / duplicates,
    f1: (2 * right) / (all + duplicates),
    joined: all,
  };
}
