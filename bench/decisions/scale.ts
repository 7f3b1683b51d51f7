import type { RecordedVote } from "../../src/index.ts";
import { learn, type LearnOptions } from "../../src/learning/index.ts";
import { seeded } from "./random.ts";
import type { Figures, Section } from "./section.ts";

const SUBJECTS = 100_000;
const AGENTS = 1_000;
const VOTES_EACH = 10;
const POSITIONS = 4;
const SEED = 1;
const MS_PER_SECOND = 1_000;
const BYTES_PER_MB = 1_000_000;

/** Agents that are right in 50 to 86 of 100 cases, with independent errors: made up, to measure only time and memory. */
export function* madeUpVotes(subjects: number = SUBJECTS): Generator<RecordedVote> {
  const random = seeded(SEED);
  for (let s = 0; s < subjects; s++) {
    const truth = Math.floor(random() * POSITIONS);
    for (let v = 0; v < VOTES_EACH; v++) {
      const number = Math.floor(random() * AGENTS);
      const right = random() < 0.5 + 0.04 * (number % 10);
      const said = right ? truth : Math.floor(random() * POSITIONS);
      yield { agent: `agent ${number}`, subject: `subject ${s}`, position: `position ${said}` };
    }
  }
}

/** The time and memory that learning needs. */
export const scale: Section = async (_folders, { quick }) => {
  const subjects = quick ? SUBJECTS / 10 : SUBJECTS;
  const truths = Array.from({ length: subjects / 50 }, (_, i) => ({
    subject: `subject ${i * 50}`,
    position: "position 0",
  }));
  const methods: Readonly<Record<string, LearnOptions>> = {
    "fixed, votes alone": { labels: "fixed" },
    "open, votes alone": { labels: "open" },
    [`fixed, ${truths.length} truths`]: { labels: "fixed", truths },
    [`open, ${truths.length} truths`]: { labels: "open", truths },
  };
  const result: Record<string, Figures> = {};
  for (const [method, options] of Object.entries(methods)) {
    const startedMs = performance.now();
    const learned = learn(madeUpVotes(subjects), options);
    result[method] = {
      votes: learned.votes,
      seconds: (performance.now() - startedMs) / MS_PER_SECOND,
      "rss MB": process.memoryUsage().rss / BYTES_PER_MB,
    };
  }
  return {
    title: "what learning takes",
    notes: [
      `${subjects * VOTES_EACH} made-up votes on ${subjects} subjects by ${AGENTS} agents; one said twice counts once.`,
      "Memory is that of the whole process: run this section alone.",
    ],
    sets: { "made up": result },
    decimals: { votes: 0, seconds: 2, "rss MB": 0 },
  };
};
