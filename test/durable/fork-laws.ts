import fc from "fast-check";
import { expect, it } from "vitest";
import type { RunEvent } from "../../src/index.ts";
import { anyTeam, isTeamIn, steps, withChange } from "./any-team.ts";
import { RUN, type Live } from "./live.ts";
import { faultsOf, lasting } from "./same-run.ts";

const FORK = "fork";

/** The calls that were answered, each by its place and its content. */
function answered(events: readonly RunEvent[]): ReadonlySet<string> {
  const keys = new Map<string, string | undefined>();
  const ended = new Set<string>();
  for (const event of events) {
    if (event.type === "call.started") keys.set(event.callId, event.key);
    if (event.type === "call.succeeded") ended.add(`${event.callId} ${keys.get(event.callId)}`);
  }
  return ended;
}

/** Whatever the team, and whatever is changed in it: a fork comes to what a new run would come to, and pays only for what differs. */
export function forkLaws(live: Live, parameters: fc.Parameters<unknown> = {}): void {
  it("a fork of a changed team comes to what a new run comes to, and asks nobody whose answer is known", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyTeam(),
        fc.jsonValue(),
        fc.nat(99),
        steps,
        async (spec, task, nth, other) => {
          const changed = withChange(spec, nth, other);
          const origin = await live(spec, [], (team) => team.run(task, { runId: RUN }));
          const fresh = await live(changed, [], (team) => team.run(task, { runId: RUN }));
          const fork = await live(
            changed,
            origin.events,
            (team) => team.fork(RUN, { runId: FORK }),
            FORK,
          );

          expect(lasting(fork.outcome)).toEqual(lasting(fresh.outcome));
          expect(faultsOf(fork.events)).toEqual([]);
          const known = answered(origin.events);
          for (const event of fork.events) {
            // A team in which somebody failed is asked anew, and those in it who had answered are not.
            if (event.type !== "call.started" || isTeamIn(changed, event.callId)) continue;
            expect(known).not.toContain(`${event.callId} ${event.key}`);
          }
        },
      ),
      parameters as object,
    );
  });
}
