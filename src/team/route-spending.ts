import type { Clock } from "../async/clock.ts";
import { ReportSum } from "../call/reports.ts";
import { judgePlace, type TeamPlace } from "../model/call-place.ts";
import type { EventBody } from "../model/events.ts";
import type { Price } from "../money/price.ts";
import { readUsage } from "../money/read-usage.ts";

/** What a route function, for instance one that asks a model, reports as used. */
export interface RouteSpending {
  readonly report: (usage: unknown) => void;
  /** Its call, for the log of the routed run; empty if it reported nothing. */
  readonly events: (at: TeamPlace, chosen: readonly string[]) => readonly EventBody[];
}

/** The route's name on the bill. */
const ROUTER = "router";

/** Collects what the route of one team reports. It must be told when the run has begun, since a run that does not begin has no bill. */
export function routeSpending(prices: ReadonlyMap<string, Price>, clock: Clock): RouteSpending {
  const startedMs = clock.monotonic();
  let endedMs = startedMs;
  let reports: ReportSum | undefined;
  return {
    report(usage) {
      const read = readUsage(usage);
      if (read === undefined) return;
      reports ??= new ReportSum({ prices, modelName: undefined, free: false });
      reports.add(read);
      endedMs = clock.monotonic();
    },
    events(at, chosen) {
      if (reports === undefined) return [];
      const place = judgePlace(at, ROUTER, "route");
      const { cost, model, used } = reports.spent;
      const named = model !== undefined && { model };
      const durationMs = Math.max(0, Math.round(endedMs - startedMs));
      const output = { agents: [...chosen] };
      return [
        { type: "call.started", ...place, attempt: 1, ...named },
        {
          type: "call.succeeded",
          ...place,
          attempt: 1,
          durationMs,
          output,
          cost,
          ...named,
          ...(used.length > 0 && { used }),
        },
      ];
    },
  };
}
