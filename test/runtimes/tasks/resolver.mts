import { settle, vote, type Resolver } from "quorate";

/** The earliest date wins. */
const earliest: Resolver = {
  name: "earliest",
  settle: ({ positions }) => {
    const dates = positions.map(({ value }) => String(value)).toSorted();
    const [first] = dates;
    if (first === undefined || dates.some((date) => !/^\d{4}-\d\d-\d\d$/.test(date))) {
      return { defer: "not all positions are dates" };
    }
    return {
      winner: first,
      confidence: 0.5,
      confidenceFrom: "none-known",
      reasoning: "The earliest date was asked for.",
    };
  },
};
const claims = [
  { agent: "ann", subject: "deadline", position: "2026-12-24" },
  { agent: "bob", subject: "deadline", position: "2026-12-01" },
  { agent: "ann", subject: "colour", position: "red" },
  { agent: "bob", subject: "colour", position: "blue" },
  { agent: "cy", subject: "colour", position: "blue" },
];
const verdicts = await settle(claims, { resolve: [earliest, vote()] });
for (const { subject, winner, by } of verdicts) console.log(subject, winner, by);
