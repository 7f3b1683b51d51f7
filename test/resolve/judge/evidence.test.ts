import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { beliefs, jointWeights, type Voice } from "../../../src/resolve/judge/evidence.ts";

describe("what several judges' choices are worth together", () => {
  test("one choice is worth its judge's accuracy", () => {
    expect(beliefs([{ choice: 1, accuracy: 0.8 }], 2)[1]).toBeCloseTo(0.8, 12);
  });

  test("two equal ones are discounted by what they share: log-odds / (1 + ρ) each", () => {
    // ln 4 = 1.386; 2 × 1.386 / 1.3 = 2.133; e^2.133 = 8.44; 8.44 / 9.44 = 0.894.
    const both = beliefs(
      [
        { choice: 0, accuracy: 0.8 },
        { choice: 0, accuracy: 0.8 },
      ],
      2,
    );
    expect(both[0]).toBeCloseTo(0.894, 3);
  });

  test("a weak one beside a strong one counts what the strong one has not said", () => {
    // (2.5 − 0.3 × 3.5 / 1.3) / 0.7 = 2.418 and (1 − 0.808) / 0.7 = 0.275.
    const [strong, weak] = jointWeights([2.5, 1]);
    expect(strong).toBeCloseTo(2.418, 3);
    expect(weak).toBeCloseTo(0.275, 3);
  });

  test("one that adds nothing is left out, and so are those without evidence", () => {
    expect(jointWeights([2.5, 0.1, 0, -1])).toEqual([2.5, 0, 0, 0]);
    expect(jointWeights([])).toEqual([]);
  });

  test("with several positions, two wrong ones rarely meet, and a choice says more", () => {
    // Of three positions an error falls on either other one with 1/2: 0.6 / (0.4 × 0.5) = 3; 3 / (3 + 1 + 1) = 0.6.
    const three = beliefs([{ choice: 2, accuracy: 0.6 }], 3);
    expect(three[2]).toBeCloseTo(0.6, 12);
    expect(three[0]).toBeCloseTo(0.2, 12);
    // Of many, an error falls on one and the same with 0.35 at least: 0.6 / (0.4 × 0.35) = 4.29.
    const ten = beliefs([{ choice: 0, accuracy: 0.6 }], 10);
    expect((ten[0] ?? 0) / (ten[1] ?? 1)).toBeCloseTo(0.6 / 0.14, 9);
  });

  const voice = fc.record({
    choice: fc.integer({ min: 0, max: 3 }),
    accuracy: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
  });
  const voices = fc.array(voice, { maxLength: 12 });

  test("it is a probability, and the order of the judges does not matter", () => {
    fc.assert(
      fc.property(voices, fc.infiniteStream(fc.integer()), (said, order) => {
        const shares = beliefs(said, 4);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
        expect(Math.min(...shares)).toBeGreaterThan(0);
        const shuffled = said
          .map((one) => ({ one, at: order.next().value ?? 0 }))
          .sort((a, b) => a.at - b.at)
          .map(({ one }) => one);
        beliefs(shuffled, 4).forEach((share, i) => expect(share).toBeCloseTo(shares[i] ?? 0, 9));
      }),
    );
  });

  test("renaming the positions renames the result", () => {
    fc.assert(
      fc.property(voices, (said) => {
        const turned = said.map((one): Voice => ({ ...one, choice: 3 - one.choice }));
        const shares = beliefs(turned, 4).toReversed();
        beliefs(said, 4).forEach((share, i) => expect(shares[i]).toBeCloseTo(share, 12));
      }),
    );
  });

  test("nobody's choice speaks against what it chose", () => {
    fc.assert(
      fc.property(voices, voice, (said, one) => {
        const others = [0, 1, 2, 3].filter((choice) => choice !== one.choice);
        const chosen = (choice: number): number =>
          beliefs([...said, { ...one, choice }], 4)[one.choice] ?? 0;
        for (const choice of others) {
          expect(chosen(one.choice)).toBeGreaterThanOrEqual(chosen(choice) - 1e-12);
        }
      }),
    );
  });

  test("weights are no larger than the evidence itself where all is equal, and never negative", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -5, max: 5, noNaN: true })), (evidence) => {
        expect(Math.min(0, ...jointWeights(evidence))).toBe(0);
      }),
    );
    expect(jointWeights([1, 1, 1])[0]).toBeCloseTo(1 / 1.6, 12);
  });
});
