import { describe, expect, it } from "vitest";
import type { RecordedTruth, RecordedVote } from "../../../src/index.ts";
import { learn } from "../../../src/learning/index.ts";

const votes: RecordedVote[] = Array.from({ length: 60 }, (_, i) => [
  { agent: "a", subject: `s${i}`, position: i % 2 === 0 ? "yes" : "no" },
  { agent: "b", subject: `s${i}`, position: i % 3 === 0 ? "yes" : "no" },
  { agent: "c", subject: `s${i}`, position: "yes" },
]).flat();

const truths = (weight?: number): RecordedTruth[] =>
  Array.from({ length: 60 }, (_, i) => ({
    subject: `s${i}`,
    position: i % 2 === 0 ? "yes" : "no",
    ...(weight !== undefined && { weight }),
  }));

describe.each(["fixed", "open"] as const)("a truth's weight, with %s labels", (labels) => {
  const accuracyOf = (weight?: number): number =>
    learn(votes, { labels, truths: truths(weight) }).agents[0]?.accuracy ?? 0;

  it("is 1 where it is left out", () => {
    expect(learn(votes, { labels, truths: truths() })).toEqual(
      learn(votes, { labels, truths: truths(1) }),
    );
  });

  it("says how much of it counts: half as much draws less away from the pool", () => {
    expect(accuracyOf(0.5)).toBeLessThan(accuracyOf(1));
    expect(learn(votes, { labels, truths: truths(0.5) }).truths).toBe(30);
  });

  it("never makes a confidence count as checked by what somebody only holds for true", () => {
    const many = Array.from({ length: 5 }, (_, times) =>
      votes.map((vote) => ({ ...vote, subject: `${times} ${vote.subject}` })),
    ).flat();
    const ofMany = (weight: number): RecordedTruth[] =>
      Array.from({ length: 5 }, (_, times) =>
        truths(weight).map((one) => ({ ...one, subject: `${times} ${one.subject}` })),
      ).flat();
    expect(learn(many, { labels, truths: ofMany(1) }).calibration).toBeDefined();
    expect(learn(many, { labels, truths: ofMany(0.9) }).calibration).toBeUndefined();
  });

  it("is above 0 and at most 1", () => {
    for (const weight of [0, -1, 2, Number.NaN]) {
      expect(() => learn(votes, { labels, truths: truths(weight) })).toThrow(
        expect.objectContaining({ code: "CLAIMS_INVALID" }),
      );
    }
  });
});
