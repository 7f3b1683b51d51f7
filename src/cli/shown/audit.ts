import { clip } from "../../model/text.ts";
import type { Agreement, Counted, JudgeAudit } from "../../audit/index.ts";
import { count, whole } from "../../report/quantities.ts";
import { safeText } from "./safe-text.ts";
import type { Terminal } from "./terminal.ts";
import { pad, wrap } from "./wrap.ts";

const LABEL_COLUMNS = 11;
const MAX_TOLD_CHARACTERS = 400;

/** What is known of a judge, a line or two for each matter. */
export function auditLines(audit: JudgeAudit, screen: Terminal): string[] {
  const { judge, questions, failed, flipped, first, own, verdicts, judges, record } = audit;
  const without = [
    ...(failed > 0 ? [`${whole(failed)} without a whole answer`] : []),
    ...(flipped.count > 0 ? [`${whole(flipped.count)} without a choice`] : []),
  ];
  const matters: readonly (readonly [string, string])[] = [
    ...audit.instructions
      .filter(({ text }) => text !== null || audit.instructions.length > 1)
      .map(
        ({ text, questions: some }) =>
          [
            "told",
            `${count(some, "question")}: ${text === null ? "nothing of its user's own" : safeText(clip(text, MAX_TOLD_CHARACTERS))}`,
          ] as const,
      ),
    ["asked", [count(questions, "question"), ...without].join(", ")],
    [
      "order",
      flipped.of === 0
        ? "not measurable: no question was answered in both orders"
        : `chose differently in the other order in ${shares(flipped)}`,
    ],
    [
      "place",
      first.of === 0
        ? "not measurable: no answer named an option"
        : `chose the option that stood first in ${shares(first)}; even is ${percent(first.even)}`,
    ],
    [
      "self",
      own === null
        ? "not measurable: it chose nowhere among positions one of which was its own"
        : `chose its own position in ${shares(own)}; even is ${percent(own.even)}`,
    ],
    ["verdicts", agrees(verdicts, "reached without it", "no verdict was reached without it")],
    ["judges", agrees(judges, "of other judges", "no other judge was asked the same")],
    [
      "truths",
      record.truths === 0
        ? "no person has decided about what it was asked"
        : `right in ${whole(record.right)} of ${count(record.consistent, "choice")} that a person decided about, of ${count(record.truths, "question")}`,
    ],
    ["cost", costOf(audit)],
  ];
  return [
    screen.style("title", safeText(judge)),
    ...matters.flatMap(([label, words]) =>
      wrap(words, screen.columns, { first: `  ${pad(label, LABEL_COLUMNS)}` }),
    ),
  ];
}

function shares({ count: some, of, interval: [low, high] }: Counted): string {
  return `${whole(some)} of ${whole(of)}, ${percent(some / of)} (95 %: ${percent(low)} to ${percent(high)})`;
}

function agrees({ of, same, kappa }: Agreement, what: string, none: string): string {
  if (of === 0) return `not measurable: ${none}`;
  const beyond =
    kappa === null ? "beyond chance: not measurable" : `beyond chance: kappa ${kappa.toFixed(2)}`;
  return `the same as ${whole(same)} of ${whole(of)} ${what}; ${beyond}`;
}

function costOf({ cost: { usdMicros }, questions }: JudgeAudit): string {
  if (usdMicros === "unknown") return "unknown: not every answer reported it";
  return `${usd(usdMicros)}, ${usd(usdMicros / questions)} a question`;
}

function usd(micros: number): string {
  return `$${(micros / 1e6).toFixed(4)}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
