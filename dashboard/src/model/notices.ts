import type { RunView } from "../../../src/report/run-view.ts";
import { visible } from "./visible.ts";

/** Something that a reader of the answer should know. */
export interface PageNotice {
  readonly level: "info" | "warn";
  readonly message: string;
  /** A short form for one line. */
  readonly short: string;
}

/** The notices of a run: missing agents, late ones, where the run comes from. */
export function noticesOf(run: RunView): readonly PageNotice[] {
  const missing = run.missing.map(({ agent, detail }): PageNotice => ({
    level: "warn",
    message: sentence(agent, detail),
    short: `${visible(agent)} missing`,
  }));
  const gone = new Set(run.missing.map(({ agent }) => agent));
  const failed = [...run.calls.values()].filter(
    ({ state, role, team, agent }) =>
      state === "failed" && role !== "judge" && team === "" && !gone.has(agent),
  );
  const late = [...run.calls.values()].filter(({ attempts }) =>
    attempts.some(({ late: after }) => after?.settled === "answered"),
  );
  const told = run.notices.map(({ level, message, code }): PageNotice => ({
    level,
    message: visible(message),
    short: code.replaceAll("-", " "),
  }));
  const all = [
    ...missing,
    ...told,
    ...failed.map(({ agent, error }): PageNotice => ({
      level: "warn",
      message: sentence(agent, error?.message ?? "it failed"),
      short: `${visible(agent)} missing`,
    })),
    ...late.map(({ agent }): PageNotice => ({
      level: "warn",
      message: `${visible(agent)} answered once when its time was over; that answer was not counted.`,
      short: "1 timeout",
    })),
    ...howItCame(run),
  ];
  return all.toSorted((a, b) => Number(a.level === "info") - Number(b.level === "info"));
}

function sentence(agent: string, detail: string): string {
  const text = visible(detail);
  const whole = text.startsWith(visible(agent))
    ? text
    : `${visible(agent)} did not answer: ${text}`;
  return /[.!?…]$/.test(whole) ? whole : `${whole}.`;
}

function howItCame({ forkOf, resumed }: RunView): readonly PageNotice[] {
  const notices: PageNotice[] = [];
  if (forkOf !== undefined) {
    const from = forkOf.from === undefined ? "" : `, with ${visible(forkOf.from)} asked again`;
    const message = `This run is a fork of ${visible(forkOf.runId)}${from}.`;
    notices.push({ level: "info", message, short: "a fork" });
  }
  if (resumed.length > 0) {
    const changed = resumed.some((one) => one.changed) ? ", once with a changed team" : "";
    const times = resumed.length === 1 ? "once" : `${resumed.length} times`;
    const message = `This run stopped and was resumed ${times}${changed}.`;
    notices.push({ level: "info", message, short: "resumed" });
  }
  return notices;
}
