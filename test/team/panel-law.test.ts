import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { foldedKey } from "../../src/conflict/canonical.ts";
import type { Outcome, RunEvent } from "../../src/index.ts";
import { outcomeOf, resumedFrom, teams } from "./any-panel-team.ts";

/** Who won about each subject, whatever it is spelled like. */
function winnersOf({ verdicts }: Outcome): ReadonlyMap<string, string | null> {
  return new Map(
    verdicts.map(({ subject, winner }) => [subject, winner === null ? null : foldedKey(winner)]),
  );
}

function leftOutOf({ results }: Outcome): readonly string[] {
  return Object.entries(results).flatMap(([name, result]) =>
    result.status === "skipped" && result.reason === "panel" ? [name] : [],
  );
}

const EXPLORING = { until: "certain", explore: 1 } as const;

/** Of whom the log says that the panel would not have asked them; it says so once. */
function exploredIn(events: readonly RunEvent[]): readonly string[] {
  const told = events.filter((event) => event.type === "panel.explored");
  expect(told.length).toBeLessThanOrEqual(1);
  return told[0]?.calls ?? [];
}

function wasAsked({ results }: Outcome, name: string): boolean {
  return results[name]?.status !== "skipped";
}

/** Calls that were made in place of these. */
function further(events: readonly RunEvent[], calls: readonly string[]): number {
  return new Set(
    events.flatMap((event) =>
      event.type === "call.started" && event.via !== undefined && calls.includes(event.via.callId)
        ? [event.callId]
        : [],
    ),
  ).size;
}

/** Of whose chain some resolver can tell before the end. */
const tellingTeams = teams.filter(({ chain }) => chain.resolvers.some((name) => name !== "judge"));

/** Where all has ended but who needs one that failed, and is told so last: `a2` would be asked if it still counted. */
const member = {
  afterMs: 0,
  fails: true,
  weight: 1,
  need: undefined,
  required: false,
  climbs: false,
} as const;
const claims: { subject: "x"; position: "ship" }[] = [{ subject: "x", position: "ship" }];
const NEEDS_WHO_FAILED: Parameters<typeof resumedFrom>[0] = {
  members: [
    { ...member, claims, afterMs: 1, fails: false, weight: 3, required: true },
    { ...member, claims, required: true },
    { ...member, claims },
    { ...member, claims, need: 1 },
  ],
  chain: {
    resolvers: ["vote", "unanimous"],
    margin: 0,
    quorum: 1,
    atLeast: 1,
    preferred: ["hold"],
  },
  mode: "parallel",
  concurrency: 2,
  minAnswers: 0,
  both: true,
  listed: true,
};

describe("a team that is asked by a panel until it is certain", () => {
  it("has the winners of one in which everybody is asked, whatever the team, its votes, failures and chain", async () => {
    let fewer = 0;
    await fc.assert(
      fc.asyncProperty(tellingTeams, async (spec) => {
        const [full, panel] = [await outcomeOf(spec), await outcomeOf(spec, "certain")];
        const left = leftOutOf(panel);
        if (left.length > 0) fewer++;
        const winners = winnersOf(full);
        for (const [subject, winner] of winnersOf(panel))
          expect([subject, winner]).toEqual([subject, winners.get(subject)]);
        if (winners.size > 0) expect(panel.verdicts.length).toBeGreaterThan(0);
        expect(panel.status === "failed").toBe(full.status === "failed");
        // Nobody that was not asked is missing, or silent, or required.
        for (const name of left) {
          expect(panel.missing.map(({ agent }) => agent)).not.toContain(name);
          expect(panel.verdicts.flatMap(({ missing }) => missing)).not.toContain(name);
          expect(spec.members[Number(name.slice(1))]?.required).toBe(false);
        }
        expect(panel.bill.saved.panel?.calls ?? 0).toBe(left.length);
        expect(panel.bill.calls + left.length).toBeLessThanOrEqual(
          full.bill.calls + (full.status === "failed" ? spec.members.length : 0),
        );
      }),
      { numRuns: Math.max(150, fc.readConfigureGlobal().numRuns ?? 0) },
    );
    // A law about nothing would hold too.
    expect(fewer).toBeGreaterThan(0);
  });

  it("knows in a run that explores whom it would not have asked, and what those took, whatever the team", async () => {
    let needless = 0;
    await fc.assert(
      fc.asyncProperty(tellingTeams, async (spec) => {
        const { outcome, events } = await resumedFrom(spec, EXPLORING, []);
        expect(leftOutOf(outcome)).toEqual([]);
        const explored = exploredIn(events);
        const left = leftOutOf(await outcomeOf(spec, "certain"));
        // Who needs one that is not asked is told that it did not answer where nobody explores.
        expect(explored.toSorted()).toEqual(
          left.filter((name) => wasAsked(outcome, name)).toSorted(),
        );
        needless += explored.length;
        const calls =
          explored.length === 0 ? undefined : explored.length + further(events, explored);
        expect(outcome.bill.explored?.calls).toBe(calls);
      }),
      { numRuns: Math.max(150, fc.readConfigureGlobal().numRuns ?? 0) },
    );
    expect(needless).toBeGreaterThan(0);
  });

  it("knows so once, where a run that explores goes on after any event", async () => {
    await fc.assert(
      fc.asyncProperty(tellingTeams, fc.nat(), async (spec, at) => {
        const whole = await resumedFrom(spec, EXPLORING, []);
        const left = whole.events.slice(0, 1 + (at % Math.max(1, whole.events.length - 1)));
        const { outcome, events } = await resumedFrom(spec, EXPLORING, left);
        expect(exploredIn(events)).toEqual(exploredIn(whole.events));
        expect(outcome.bill.explored?.calls).toBe(whole.outcome.bill.explored?.calls);
      }),
      { numRuns: Math.max(100, fc.readConfigureGlobal().numRuns ?? 0) },
    );
  });

  it("comes to the same where its process ends after any event, and asks nobody twice who has answered", async () => {
    await fc.assert(
      fc.asyncProperty(tellingTeams, fc.nat(), async (spec, at) => {
        const whole = await resumedFrom(spec, "certain", []);
        const count = 1 + (at % Math.max(1, whole.events.length - 1));
        const left = whole.events.slice(0, count);
        const { outcome, asked } = await resumedFrom(spec, "certain", left);
        expect(leftOutOf(outcome)).toEqual(leftOutOf(whole.outcome));
        expect(winnersOf(outcome)).toEqual(winnersOf(whole.outcome));
        expect(outcome.missing).toEqual(whole.outcome.missing);
        expect(outcome.status).toBe(whole.outcome.status);
        for (const event of left)
          if (event.type === "call.succeeded") expect(asked).not.toContain(event.callId);
        for (const name of leftOutOf(whole.outcome)) expect(asked).not.toContain(name);
      }),
      {
        numRuns: Math.max(150, fc.readConfigureGlobal().numRuns ?? 0),
        examples: [[NEEDS_WHO_FAILED, 6]],
      },
    );
  });
});
