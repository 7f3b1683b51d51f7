import { recordedQuestions } from "../felt/questions.ts";
import { ask, type Asked, type Way } from "../felt/teams.ts";
import { median } from "../rounds.ts";
import { read, type Round, type Sample, type Workload } from "../workload.ts";

const ALL = "all five";

/** The ways to ask, as they are shown. */
const WAYS: Readonly<Record<string, Way>> = {
  [ALL]: {},
  "best alone": { vendors: ["google"] },
  "five small": { size: "small" },
  "panel: certain": { panel: "certain" },
  "panel: lead": { panel: "lead" },
  cascade: { cascade: true },
  "batches of 20": { batch: true },
  "cache, twice": { cache: true },
};

const TRUTHS = 100;

const keep = new Map<string, readonly Asked[]>();

/** Each way is asked once in a process: it comes to the same each time. */
async function askedIn(way: string, count: number): Promise<readonly Asked[]> {
  const name = `${way} ${count}`;
  const known = keep.get(name);
  if (known !== undefined) return known;
  const asked = await ask(WAYS[way] ?? {}, recordedQuestions().slice(0, TRUTHS + count), TRUTHS);
  keep.set(name, asked);
  return asked;
}

async function felt(way: string, count: number): Promise<Sample> {
  const all = await askedIn(ALL, count);
  const asked = await askedIn(way, count);
  const mean = (of: (one: Asked) => number): number =>
    asked.reduce((sum, one) => sum + of(one), 0) / asked.length;
  const seconds = asked.map((one) => one.seconds).toSorted((a, b) => a - b);
  const same = asked.filter((one, at) => one.winner === all[at % all.length]?.winner);
  return {
    accuracy: mean(({ right }) => right),
    same: same.length / asked.length,
    calls: mean(({ calls }) => calls),
    requests: mean(({ requests }) => requests),
    rounds: mean(({ rounds }) => rounds),
    usd: mean(({ usdMicros }) => usdMicros) / 1_000,
    seconds: median(seconds),
    secondsP95: seconds[Math.floor(seconds.length * 0.95)] ?? Number.NaN,
  };
}

const share =
  (metric: string, way: string): ((round: Round) => number) =>
  (round) =>
    read(round, way, metric) / read(round, ALL, metric);

export const feltByUsers: Workload = {
  id: "felt",
  title: "questions to five vendors' models, answers as recorded, latencies as stated",
  systems: Object.keys(WAYS),
  shown: [
    { metric: "accuracy", unit: "share of winners", head: "right" },
    { metric: "same", unit: "winner as of all five", head: "same" },
    { metric: "calls", unit: "made for a question", head: "calls" },
    { metric: "requests", unit: "requests sent for one", head: "asked" },
    { metric: "rounds", unit: "one after another", head: "rounds" },
    { metric: "usd", unit: "per 1,000 questions", head: "$/1,000" },
    { metric: "seconds", unit: "seconds to a verdict, half of them", head: "s" },
    { metric: "secondsP95", unit: "95 of 100", head: "s p95" },
  ],
  rounds: { full: 1, quick: 1 },
  size: { full: 300, quick: 100 },
  fresh: false,
  measure: felt,
  goals: [
    {
      text: "of the winners are the same, certain",
      value: (round) => read(round, "panel: certain", "same"),
      atLeast: 1,
    },
    {
      text: "of the winners are the same, lead",
      value: (round) => read(round, "panel: lead", "same"),
      atLeast: 0.97,
    },
    { text: "x the calls of all five, lead", value: share("calls", "panel: lead"), atMost: 0.6 },
    { text: "x what all five cost, cascade", value: share("usd", "cascade"), atMost: 0.6 },
    { text: "x the requests, batches", value: share("requests", "batches of 20"), atMost: 0.05 },
    // A failure is not kept: who gave no answer is asked again.
    { text: "x what all five cost, cache", value: share("usd", "cache, twice"), atMost: 0.55 },
  ],
};
