import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { judge } from "../../../src/resolve/judge/judge.ts";
import type { JudgeQuestion } from "../../../src/resolve/judge/question.ts";
import type { Question, Ruling } from "../../../src/resolve/resolver.ts";
import { directAsk, question } from "../ask.ts";

// What agents might write to be chosen: `text`, or `repeat` so many `times`.
interface Attempt {
  readonly name: string;
  readonly text?: string;
  readonly repeat?: string;
  readonly times?: number;
}
const attempts = (
  JSON.parse(readFileSync(new URL("injections.json", import.meta.url), "utf8")) as Attempt[]
).map(({ name, text, repeat = "", times = 0 }) => ({ name, text: text ?? repeat.repeat(times) }));

const MAX_EVIDENCE_CHARS = 200;
const MAX_POSITION_CHARS = 2_000;

/** The attempt everywhere an agent may write: subject, position, members of a position, evidence of both sides. */
function attacked(text: string): Question {
  return {
    ...question({}),
    subject: `task ${text}`,
    positions: [
      { value: `ship ${text}`, heldBy: [{ agent: "a", evidence: `why ${text}` }] },
      {
        value: { answer: "hold", [`key ${text}`]: text },
        heldBy: [
          { agent: "b", evidence: `because ${text}` },
          { agent: "c", evidence: text },
        ],
      },
    ],
  };
}

async function asked(
  about: Question,
  choice: (question: JudgeQuestion) => string = () => "A",
): Promise<{ readonly questions: readonly JudgeQuestion[]; readonly ruling: Ruling }> {
  const questions: JudgeQuestion[] = [];
  const resolver = judge({
    maxEvidenceChars: MAX_EVIDENCE_CHARS,
    ask: (given: JudgeQuestion) => {
      questions.push(given);
      return { choice: choice(given) };
    },
  });
  return {
    ruling: await resolver.settle(about, { ask: directAsk().ask, signal: undefined }),
    questions,
  };
}

/** The lines outside the fences, which are ours, with the fence's own name taken out. */
function outside(text: string): readonly string[] {
  return text
    .split("\n")
    .filter((line) => !line.startsWith("| "))
    .map((line) => line.replaceAll(/data-[0-9a-f]{12}/g, "FENCE"));
}

/** The question's frame, from one that nobody attacks. `pieces`: how many pieces of evidence each option has. */
async function frame(pieces: readonly number[]): Promise<readonly string[]> {
  const plain = await asked(attacked("x"));
  const [rules = "", , marks = ""] = outside(plain.questions[0]?.text ?? "");
  const fence = ["<FENCE>", "</FENCE>"];
  return [
    rules,
    "",
    marks,
    "",
    "Subject:",
    ...fence,
    ...pieces.flatMap((count, i) => {
      const id = "AB".charAt(i);
      const evidence = Array.from({ length: count }, () => [
        `Evidence for option ${id}:`,
        ...fence,
      ]);
      return ["", `Option ${id}:`, ...fence, ...evidence.flat()];
    }),
    "",
    "Answer with one of these ids: A, B.",
  ];
}

// Control characters but tab and line break, format characters, halves of characters, noncharacters.
const HIDDEN = /[^\P{Cc}\t\n]|[\p{Cf}\p{Cs}\p{Noncharacter_Code_Point}\u2028\u2029]/u;

test("there are enough attempts, each with a name of its own", () => {
  expect(attempts.length).toBeGreaterThanOrEqual(40);
  expect(new Set(attempts.map(({ name }) => name)).size).toBe(attempts.length);
});

describe.each(attempts)("an agent that tries $name", ({ text }) => {
  test("adds no option, and says nothing outside its fences", async () => {
    const { questions } = await asked(attacked(text));
    expect(questions).toHaveLength(2);
    for (const given of questions) {
      expect(given.options.map(({ id }) => id)).toEqual(["A", "B"]);
      const pieces = given.options.map(({ evidence }) => evidence.length);
      expect(outside(given.text)).toEqual(await frame(pieces));
      expect(pieces.every((count) => count === 1 || count === 2)).toBe(true);
    }
    const [first, second] = questions;
    expect(second?.options.map(({ position }) => position)).toEqual(
      first?.options.map(({ position }) => position).toReversed(),
    );
    expect(second?.instructions).toBe(first?.instructions);
  });

  test("cannot close its fence, nor hide anything in it", async () => {
    const { questions } = await asked(attacked(text));
    for (const { text: shown, subject, options } of questions) {
      const [fence = ""] = /data-[0-9a-f]{12}/.exec(shown) ?? [];
      expect(fence).not.toBe("");
      expect(JSON.stringify([subject, options])).not.toContain(fence);
      expect(shown.isWellFormed()).toBe(true);
      expect(shown).not.toMatch(HIDDEN);
      expect(JSON.stringify(options)).not.toMatch(/\\u00(?:0[0-8be-f]|1|7f)|\\ud[89a-f]/i);
    }
  });

  test("takes no more room than others", async () => {
    const { questions } = await asked(attacked(text));
    for (const { text: shown, subject, options } of questions) {
      expect(subject.length).toBeLessThanOrEqual(500);
      // Each line of it is behind "| ", and the worst text is all lines.
      expect(shown.length).toBeLessThan(
        3 * (500 + 2 * MAX_POSITION_CHARS + 3 * MAX_EVIDENCE_CHARS) + 2_000,
      );
      for (const { position, evidence } of options) {
        expect(evidence.every((piece) => piece.length <= MAX_EVIDENCE_CHARS)).toBe(true);
        expect(JSON.stringify(position).length).toBeLessThan(2 * MAX_POSITION_CHARS + 100);
      }
    }
  });

  test("changes nothing about which answers count", async () => {
    for (const choice of ["C", "Z", text, `Option A ${text}`, "A, B"]) {
      const { ruling } = await asked(attacked(text), () => choice);
      expect(ruling.defer).toMatch(/^JUDGE_FAILED: the choice is /);
      expect(ruling.defer?.length).toBeLessThan(300);
    }
    const { ruling } = await asked(
      attacked(text),
      ({ options }) =>
        options.find(({ position }) => String(position).trim().startsWith("ship"))?.id ?? "none",
    );
    expect(ruling).toMatchObject({ winner: `ship ${text}` });
  });
});
