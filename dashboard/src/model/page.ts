import type { Bill } from "../../../src/model/outcome.ts";
import type { RunView } from "../../../src/report/run-view.ts";
import { answerOf, type Answer } from "./answer.ts";
import { costsOf, type Costs } from "./costs.ts";
import { lanesOf, type Lane } from "./lanes.ts";
import { noticesOf, type PageNotice } from "./notices.ts";
import { subjectsOf, type Subject } from "./subjects.ts";

/** Everything that the page of a run shows, made from the run's view alone: the same for a file and for a watched run. */
export interface RunPage {
  readonly run: RunView;
  readonly answer: Answer;
  readonly subjects: readonly Subject[];
  readonly lanes: readonly Lane[];
  readonly costs: Costs;
  readonly notices: readonly PageNotice[];
  /** How long the run has taken so far, in ms. */
  readonly endMs: number;
}

/** `bill` is computed from the events so far: a log has one only when the run has ended. */
export function pageOf(run: RunView, bill: Bill): RunPage {
  const subjects = subjectsOf(run);
  const lanes = lanesOf(run);
  const costs = costsOf(run, bill);
  const notices = noticesOf(run);
  return {
    run,
    answer: answerOf({ run, subjects, lanes, costs, notices }),
    subjects,
    lanes,
    costs,
    notices,
    endMs: Math.max(1, run.lastAtMs - run.startedAtMs),
  };
}
