import type { RunEvent } from "../../../../../src/model/events.ts";
import { BillFold } from "../../../../../src/money/bill.ts";
import { runFold } from "../../../../../src/report/run-view.ts";
import type { EventsAnswer } from "../../../../../src/server/wire.ts";
import { pageOf, type RunPage } from "../../../model/page.ts";
import type { Client } from "../../client.ts";

const PAGE = 1_000;
/** Longer logs are not compared, since the page must hold both. */
const MOST_EVENTS = 200_000;

/** The page of a run, with its log so far. */
export async function pageOfRun(
  client: Client,
  runId: string,
  signal: AbortSignal,
): Promise<RunPage> {
  const fold = runFold(runId);
  const bills = new BillFold();
  const path = `runs/${encodeURIComponent(runId)}/events`;
  for (let after = 0; after < MOST_EVENTS;) {
    const params = { after, limit: PAGE };
    const { events } = await client.get<EventsAnswer>(path, params, signal);
    for (const event of events) {
      fold.add(event);
      bills.add(event);
    }
    const last: RunEvent | undefined = events.at(-1);
    if (last === undefined) break;
    after = last.seq;
  }
  return pageOf(fold.view(), bills.bill());
}
