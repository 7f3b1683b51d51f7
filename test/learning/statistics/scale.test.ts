import { growth } from "../../operations.ts";
import { expect, test } from "vitest";
import { madeUpVotes } from "../../../bench/decisions/scale.ts";
import { learn } from "../../../src/learning/index.ts";

test("a million votes are learned from", () => {
  const learned = learn(madeUpVotes(), { labels: "fixed" });
  expect(learned).toMatchObject({ estimator: "dawid-skene", subjects: 100_000 });
  expect(learned.votes).toBeGreaterThan(990_000);
  // Made up so: right in 50 to 86 of 100, and by chance in a quarter of the others.
  for (const { agent, accuracy } of learned.agents) {
    const right = 0.5 + 0.04 * (Number(agent.slice(6)) % 10);
    expect(Math.abs(accuracy - (right + (1 - right) / 4))).toBeLessThan(0.08);
  }
});

test("a hundred thousand votes have the same result in reverse", () => {
  const votes = [...madeUpVotes(10_000)];
  const learned = JSON.stringify(learn(votes, { labels: "fixed" }));
  expect(JSON.stringify(learn(votes.reverse(), { labels: "fixed" }))).toBe(learned);
});

test("learning takes work in proportion to the number of votes", async () => {
  const learnFrom = (subjects: number): unknown =>
    learn(madeUpVotes(subjects), { labels: "fixed" });
  expect(await growth(500, learnFrom)).toBeLessThan(2.4);
});
