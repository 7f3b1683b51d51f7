import { isQueued } from "../../../src/report/is-queued.ts";
import type { RunView } from "../../../src/report/run-view.ts";
import { dissentersOf } from "./columns.ts";
import { costText, type Costs } from "./costs.ts";
import { countCalls, type Lane } from "./lanes.ts";
import type { PageNotice } from "./notices.ts";
import { positionWords, type Subject } from "./subjects.ts";
import { visible } from "./visible.ts";
import { count, duration, fewNames, share } from "./words.ts";

/** `decided`: settled, without saying whether that is good or bad. */
export type Tone = "ok" | "fail" | "warn" | "dissent" | "person" | "decided" | "plain";

/** One of the facts under the headline. */
export interface Fact {
  readonly title: string;
  readonly value: string;
  readonly tone?: Tone;
  readonly detail: string;
  /** The part of the page that has more about it. */
  readonly href?: string;
  /** Figures from 0 to 1 that are drawn beside it. */
  readonly dots?: readonly number[];
}

/** The answer of a run: a sentence that can be pasted into a chat, and six facts. */
export interface Answer {
  readonly headline: string;
  readonly tone: Tone;
  readonly facts: readonly Fact[];
}

/** What the answer is made of. */
export interface AnswerParts {
  readonly run: RunView;
  readonly subjects: readonly Subject[];
  readonly lanes: readonly Lane[];
  readonly costs: Costs;
  readonly notices: readonly PageNotice[];
}

export function answerOf(parts: AnswerParts): Answer {
  const { run, lanes, costs, notices } = parts;
  const own = parts.subjects.filter(({ team }) => team === "");
  const queuedMs = lanes.reduce((sum, lane) => sum + lane.queuedMs, 0);
  const warnings = notices.filter(({ level }) => level === "warn");
  return {
    ...headlineOf(run, own, lanes),
    facts: [
      run.gate === undefined ? statusFact(run, lanes) : gateFact(run.gate, own),
      confidenceFact(own),
      dissentFact(own),
      {
        title: "Cost",
        value: costs.spent === undefined ? "—" : costText(costs.spent.cost),
        detail: costDetail(costs),
        href: "#bill",
      },
      {
        title: "Duration",
        value: duration(run.lastAtMs - run.startedAtMs),
        detail: durationDetail(run, queuedMs),
        href: "#timeline",
      },
      {
        title: "Notices",
        value: warnings.length === 0 ? "None" : count(warnings.length, "warning"),
        ...(warnings.length > 0 && { tone: "warn" }),
        detail:
          fewNames([...new Set(warnings.map(({ short }) => short))], 2) || "nothing is missing",
        href: "#notices",
      },
    ],
  };
}

function durationDetail({ decisions }: RunView, queuedMs: number): string {
  const waits = decisions.map(({ askedAtMs, atMs }) => atMs - (askedAtMs ?? atMs));
  const waitedMs = Math.max(0, ...waits);
  if (waitedMs > 0) return `${duration(waitedMs)} for a person`;
  return queuedMs === 0 ? "nothing queued" : `${duration(queuedMs)} queued in all`;
}

function headlineOf(
  run: RunView,
  own: readonly Subject[],
  lanes: readonly Lane[],
): Pick<Answer, "headline" | "tone"> {
  const asked = lanes.filter(
    ({ depth, call, word }) =>
      depth === 0 && call !== undefined && call.role !== "judge" && word !== "not asked",
  );
  const answered = asked.filter(({ word }) => word === "answered" || word === "cached");
  const told = sentencesOf(own);
  const soFar = told.length > 0 ? `: ${told.join("; ")}` : "";
  switch (run.status) {
    case "running":
      return {
        headline: `Running: ${answered.length} of ${asked.length} answered${told.length > 0 ? `; ${told.join("; ")}` : ""}`,
        tone: "plain",
      };
    case "interrupted":
      if (isQueued(run)) return { headline: "Queued: no worker has taken it yet", tone: "plain" };
      return {
        headline: `Interrupted after ${answered.length} of ${asked.length} answers`,
        tone: "warn",
      };
    case "cancelled":
      return { headline: `Cancelled${soFar}`, tone: "warn" };
    case "failed":
      return {
        headline: `Failed: ${answered.length} of ${asked.length} answered`,
        tone: "fail",
      };
    case "waiting":
      if (run.open.length > 0) break;
      return { headline: "Decided by a person, and not resumed yet", tone: "plain" };
    case "complete":
    case "partial":
      break;
  }
  if (told.length === 0) {
    const what = answered.length === 1 ? "1 answer" : `${answered.length} answers`;
    return { headline: `${what}, nothing to compare`, tone: "plain" };
  }
  const passed = run.gate?.passed;
  // A verdict about a question is self-explanatory: "Hold: …".
  const before = own.some(({ kind }) => kind === "claim")
    ? ""
    : passed === true
      ? "passes: "
      : passed === false
        ? "does not pass: "
        : "";
  const [first = "", ...rest] = told;
  return {
    headline: [capital(`${before}${first}`), ...rest].join("; "),
    tone: toneOf(run, own),
  };
}

function toneOf(run: RunView, own: readonly Subject[]): Tone {
  if (run.status === "waiting") return "person";
  if (run.gate !== undefined) return GATE[String(run.gate.passed)]?.[1] ?? "warn";
  return own.some(({ fate }) => fate === "open") ? "warn" : "decided";
}

/** The verdicts in words: questions first, then findings. */
function sentencesOf(own: readonly Subject[]): readonly string[] {
  const claims = own.filter(({ kind }) => kind === "claim");
  const findings = own.filter(({ kind }) => kind === "finding");
  return [...claimSentences(claims), ...findingSentence(findings)];
}

function claimSentences(claims: readonly Subject[]): readonly string[] {
  const [only] = claims;
  if (only === undefined) return [];
  if (claims.length > 1) {
    const of = (fate: Subject["fate"]): number => claims.filter((one) => one.fate === fate).length;
    const parts = [`${of("settled")} of ${count(claims.length, "question")} decided`];
    if (of("waits") > 0) parts.push(`${of("waits")} waits for a person`);
    if (of("open") > 0) parts.push(`${of("open")} open`);
    return [parts.join(", ")];
  }
  const { verdict, positions, winner, voices } = only;
  if (verdict === undefined) return [`${count(positions.length, "position")}, not decided yet`];
  const votes = positions.map(({ heldBy }) => heldBy.length).filter((many) => many > 0);
  if (winner !== undefined) {
    const what = visible(positionWords(only, winner));
    const held = positions[winner]?.heldBy.length ?? 0;
    if (held === voices) {
      const { asked = 1 } = verdict;
      const alone = asked > 1 ? `one voice of ${asked} asked` : "one voice alone";
      return [`${what}: ${voices === 1 ? alone : `all ${voices} agree`}`];
    }
    const by = verdict.by === null ? "" : `, decided by ${visible(verdict.by)}`;
    return [`${what}: ${held} of ${voices}${by}`];
  }
  switch (verdict.status) {
    case "tied":
      return [`tied: ${votes.join(" to ")}`];
    case "no-quorum":
      return [`no quorum: ${count(voices, "voice")}`];
    case "waiting":
      return [`a person has to decide: ${votes.join(" to ")}`];
    default:
      return [`undecided: ${count(positions.length, "position")}`];
  }
}

function findingSentence(findings: readonly Subject[]): readonly string[] {
  if (findings.length === 0) return [];
  const of = (fate: Subject["fate"]): number => findings.filter((one) => one.fate === fate).length;
  const parts = [`${count(of("stands"), "finding")} ${of("stands") === 1 ? "stands" : "stand"}`];
  if (of("stands") === 0) parts[0] = "no finding stands";
  if (of("waits") > 0) parts.push(`${of("waits")} waits for a person`);
  if (of("open") > 0) parts.push(`${of("open")} undecided`);
  return [parts.join(", ")];
}

const STATUS: Readonly<Record<RunView["status"], readonly [value: string, tone: Tone]>> = {
  complete: ["Complete", "ok"],
  partial: ["Partial", "warn"],
  waiting: ["Waits", "person"],
  failed: ["Failed", "fail"],
  cancelled: ["Cancelled", "warn"],
  running: ["Running", "plain"],
  interrupted: ["Interrupted", "warn"],
};

const QUEUED = ["Queued", "plain"] as const;

function statusFact(run: RunView, lanes: readonly Lane[]): Fact {
  const [value, tone] = isQueued(run) ? QUEUED : STATUS[run.status];
  const { answered, others, notAsked } = countCalls(
    lanes.filter(({ call }) => call?.role !== "team"),
  );
  const rest = notAsked === 0 ? "" : `, ${notAsked} not asked`;
  const detail =
    run.reason === undefined
      ? `${answered} of ${answered + others} answered${rest}`
      : visible(run.reason);
  return { title: "Status", value, tone, detail };
}

const GATE: Readonly<Record<string, readonly [value: string, tone: Tone]>> = {
  true: ["Passes", "ok"],
  false: ["Does not pass", "fail"],
  null: ["Nobody can tell", "warn"],
};

function gateFact(gate: NonNullable<RunView["gate"]>, own: readonly Subject[]): Fact {
  const [value, tone] = GATE[String(gate.passed)] ?? ["Nobody can tell", "warn"];
  const against = own.filter(({ name }) => gate.against.includes(name));
  const findings = against.filter(({ kind }) => kind === "finding").length;
  const claims = against.filter(({ kind }) => kind === "claim").map(({ name }) => visible(name));
  const parts = [
    findings > 0 ? `${count(findings, "finding")} ${findings === 1 ? "stands" : "stand"}` : "",
    claims.length > 0 ? `by ${fewNames(claims, 2)}` : "",
  ].filter((part) => part !== "");
  const why = gate.passed === true ? "all that it is about" : "not all of it is decided";
  return { title: "Gate", value, tone, detail: parts.join(", ") || why };
}

function costDetail({ spent, attempts }: Costs): string {
  if (spent === undefined) return "nobody has ended yet";
  return spent.words || count(attempts, "attempt");
}

function confidenceFact(own: readonly Subject[]): Fact {
  const decided = own.filter(({ fate }) => fate === "stands" || fate === "settled");
  const all = decided.flatMap(({ verdict }) => (verdict === undefined ? [] : [verdict]));
  // A person's decision has no weight: it does not say how confident the other verdicts are.
  const weighed = all.filter(({ confidenceFrom }) => confidenceFrom !== "person");
  const figures = weighed.length > 0 ? weighed : all;
  const [first] = figures;
  if (first === undefined) {
    return { title: "Confidence", value: "—", detail: "nothing was decided" };
  }
  const shares = figures.map(({ confidence }) => confidence);
  const [least, most] = [Math.min(...shares), Math.max(...shares)];
  const from = [...new Set(figures.map(({ confidenceFrom }) => visible(confidenceFrom)))];
  const checked = figures.every(({ calibrated }) => calibrated);
  return {
    title: "Confidence",
    value: share(least) === share(most) ? share(least) : `${share(least)}–${share(most)}`,
    detail: `${fewNames(from, 2)}, ${checked ? "checked against truth" : "not calibrated"}`,
    dots: shares,
  };
}

function dissentFact(own: readonly Subject[]): Fact {
  const dissenters = [...dissentersOf(own)];
  const voices = new Set(
    own.flatMap(({ held }) =>
      [...held].filter(([, one]) => one.position !== "missing").map(([agent]) => agent),
    ),
  );
  const [one, two] = dissenters;
  if (own.every(({ winner }) => winner === undefined)) {
    return { title: "Dissent", value: "—", detail: "nothing was decided" };
  }
  if (one === undefined) {
    return { title: "Dissent", value: "None", detail: `of ${count(voices.size, "agent")}` };
  }
  const most = [one, ...(two === undefined ? [] : [two])];
  return {
    title: "Dissent",
    value: `${dissenters.length} of ${count(voices.size, "agent")}`,
    tone: "dissent",
    detail:
      own.length === 1
        ? fewNames(dissenters.map(([agent]) => visible(agent)))
        : `${most.map(([agent, many]) => `${visible(agent)} on ${many}`).join(", ")} of ${own.length}`,
    href: "#disagree",
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
