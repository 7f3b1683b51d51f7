import { billOf } from "../money/bill.ts";
import { htmlPage } from "../report/html.ts";
import { render } from "../report/render.ts";
import { reportOfView, type Report } from "../report/report.ts";
import { viewRun } from "../report/run-view.ts";
import type { RunSummary, Store } from "../store/store.ts";

export { htmlPage, render };
export type { ReportFormat } from "../report/formats.ts";

/** The report of a run. Its status is needed, since events do not say that no process drives it. */
export async function reportOf(store: Store, { runId, status }: RunSummary): Promise<Report> {
  const events = await store.read(runId);
  const view = viewRun(runId, events);
  const standing = status === "interrupted" ? ({ ...view, status } as const) : view;
  return reportOfView(standing, view.bill ?? billOf(events));
}
