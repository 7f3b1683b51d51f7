import type { Outcome } from "quorate";
import { pad, padStart, type Terminal } from "quorate/cli";
import type { Question } from "./team.ts";

/** One question, put to a panel and to all models. */
export interface Compared {
  readonly question: Question;
  readonly panel: Outcome;
  readonly everybody: Outcome;
}

/** What the page shows. */
interface Shown {
  /** For how many other questions the right answer was recorded. */
  readonly truths: number;
  /** The models in the panel's order. */
  readonly order: readonly string[];
  readonly compared: readonly Compared[];
}

const MOST_DIFFERENT = 6;
const BAR = 30;

/** Which models were asked, what that saved, and which verdicts differ from those of all models. */
export function page({ truths, order, compared }: Shown, screen: Terminal): string {
  const { length: total } = compared;
  const panels = compared.map(({ panel }) => panel);
  const all = compared.map(({ everybody }) => everybody);
  const rows = order.map((model) => ({
    model,
    asked: panels.filter(({ results }) => results[model]?.status !== "skipped").length,
  }));
  const widest = Math.max(...order.map((model) => model.length));
  const title = (text: string): string => screen.style("title", text);
  const line = (name: string, few: string, full: string, share = ""): string =>
    `  ${pad(name, 8)}${padStart(few, 9)}${padStart(full, 10)}  ${share}`.trimEnd();
  const [calls, callsOfAll] = [sum(panels, callsOf), sum(all, callsOf)];
  const [micros, microsOfAll] = [sum(panels, microsOf), sum(all, microsOf)];
  const different = compared.filter((one) => winnerOf(one.panel) !== winnerOf(one.everybody));
  return [
    title(`${total} questions of MMLU-Pro, five models, answers as they were recorded.`),
    `What is right is known of ${truths} others; a panel asks until two agree and lead.`,
    "",
    title(`Asked, of ${total} times`),
    ...rows.map(({ model, asked }) => {
      const bar = "█".repeat(Math.round((asked / total) * BAR));
      return `  ${pad(model, widest)} ${padStart(String(asked), 4)} ${screen.style("good", bar)}`;
    }),
    "",
    title(`${pad("", 10)}${padStart("panel", 9)}${padStart("all five", 10)}`),
    line("calls", String(calls), String(callsOfAll), percent(calls / callsOfAll)),
    line("cost", usd(micros), usd(microsOfAll), percent(micros / microsOfAll)),
    line("right", String(right(compared, "panel")), String(right(compared, "everybody"))),
    "",
    title(`The same verdict in ${total - different.length} of ${total}.`),
    ...different.slice(0, MOST_DIFFERENT).map(difference),
    ...(different.length > MOST_DIFFERENT
      ? [`  and ${different.length - MOST_DIFFERENT} more`]
      : []),
    "",
    "First whoever was right most often; costs are estimates.",
  ].join("\n");
}

function difference({ question, panel, everybody }: Compared): string {
  const { subject, truth } = question;
  const said = (outcome: Outcome): string => {
    const winner = winnerOf(outcome);
    return `${winner}${winner === truth ? " (right)" : ""}`;
  };
  return `  ${question.question} (${subject}): the panel ${said(panel)}, all five ${said(everybody)}`;
}

const winnerOf = ({ verdict }: Outcome): string => String(verdict?.winner ?? "nobody");
const callsOf = ({ bill }: Outcome): number => bill.calls;
const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
const usd = (micros: number): string => `$${(micros / 1e6).toFixed(2)}`;

function microsOf({ bill }: Outcome): number {
  const { usdMicros } = bill.spent;
  return usdMicros === "unknown" ? Number.NaN : usdMicros;
}

function sum(outcomes: readonly Outcome[], of: (outcome: Outcome) => number): number {
  return outcomes.reduce((total, outcome) => total + of(outcome), 0);
}

function right(compared: readonly Compared[], who: "panel" | "everybody"): number {
  return compared.filter((one) => winnerOf(one[who]) === one.question.truth).length;
}
