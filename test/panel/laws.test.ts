import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { certain, madeOf } from "../../src/panel/certain.ts";
import type { PanelUntil } from "../../src/model/planned-panel.ts";
import {
  asked,
  chainOf,
  namesFrom,
  outlookOf,
  panels,
  recordOf,
  ruleOf,
  saidBy,
  verdictAfter,
  winnerOf,
} from "./any-panel.ts";

const RUNS = { numRuns: Math.max(200, fc.readConfigureGlobal().numRuns ?? 0) };

describe("what a chain is certain of before all have answered", () => {
  it("is what it decides of all answers, whatever they are, whoever fails, in whatever order they come", async () => {
    const early: Record<string, number> = {};
    await fc.assert(
      fc.asyncProperty(panels, async (spec) => {
        const from = recordOf(spec.record);
        const chain = chainOf(spec, from);
        const outlook = outlookOf(chain);
        const all = spec.members.length;
        const full = winnerOf(await verdictAfter(spec, all, chain));
        for (let count = 0; count <= all; count++) {
          const said = saidBy(spec, count);
          const place = certain(outlook, said, namesFrom(spec, count));
          if (place === undefined) continue;
          expect(place === null ? null : said.held[place]?.key).toBe(full);
          expect(winnerOf(await verdictAfter(spec, count, chain))).toBe(full);
          if (count === all) continue;
          for (const name of spec.resolvers) {
            const what = name === "reliability" ? from.estimator : name;
            early[what] = (early[what] ?? 0) + 1;
          }
        }
      }),
      RUNS,
    );
    // A law about nothing would hold too.
    for (const name of ["unanimous", "vote", "support", "prefer", "one-coin", "dawid-skene"])
      expect([name, early[name] ?? 0]).not.toEqual([name, 0]);
  });

  it("is known at the latest when all have answered", async () => {
    await fc.assert(
      fc.asyncProperty(panels, async (spec) => {
        const chain = chainOf(spec, recordOf(spec.record));
        const said = saidBy(spec, spec.members.length);
        const place = certain(outlookOf(chain), said, []);
        const full = winnerOf(await verdictAfter(spec, spec.members.length, chain));
        expect(place === null ? null : said.held[place ?? -1]?.key).toBe(full);
      }),
      RUNS,
    );
  });
});

it("what a chain would make of the answers so far is the verdict about them", async () => {
  await fc.assert(
    fc.asyncProperty(panels, async (spec) => {
      const chain = chainOf(spec, recordOf(spec.record));
      for (let count = 0; count <= spec.members.length; count++) {
        const said = saidBy(spec, count);
        const made = madeOf(outlookOf(chain), said);
        const verdict = await verdictAfter(spec, count, chain);
        const key = made?.place === null ? null : said.held[made?.place ?? -1]?.key;
        expect(key).toBe(winnerOf(verdict));
        if (key !== null) expect(made?.confidence).toBeCloseTo(verdict?.confidence ?? -1, 12);
      }
    }),
    RUNS,
  );
});

describe("asking the fewest whose answers could close it, in rounds,", () => {
  const rules: readonly PanelUntil[] = [
    "certain",
    "lead",
    { confidence: 0.7 },
    { confidence: 0.9 },
  ];

  it.each(rules)("asks no more than asking one by one, until %j", (until) => {
    let fewer = 0;
    fc.assert(
      fc.property(panels, (spec) => {
        const rule = ruleOf(spec, until, recordOf(spec.record));
        const inRounds = asked(spec, rule, false);
        const oneByOne = asked(spec, rule, true);
        expect(inRounds.calls).toBe(oneByOne.calls);
        expect(inRounds.rounds).toBeLessThanOrEqual(oneByOne.rounds);
        if (inRounds.rounds < oneByOne.rounds) fewer++;
      }),
      RUNS,
    );
    // A confidence is mostly reached by one answer more.
    if (typeof until === "string") expect(fewer).toBeGreaterThan(0);
  });
});
