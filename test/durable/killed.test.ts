import { existsSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import type { Cost } from "../../src/index.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { tempPaths } from "../sqlite/temp-folder.ts";
import { startProcess } from "./processes/process.ts";
import { teamCalled, TEAMS } from "./processes/teams.ts";
import {
  attemptsIn,
  costFaults,
  costsOf,
  endedCalls,
  faultsOf,
  inDoubt,
  lasting,
  teamsOf,
  type IsTeam,
} from "./same-run.ts";

// So many processes at a time.
const AT_ONCE = 2;

const tempPath = tempPaths();

/** A run that nobody kills: what it comes to, how many writes it takes, and who is asked. */
interface Whole {
  readonly outcome: unknown;
  readonly costs: Readonly<Record<string, Cost>>;
  readonly isTeam: IsTeam;
  readonly writes: number;
  readonly paid: readonly string[];
}

async function uninterrupted(team: string): Promise<Whole> {
  const [path, paidPath] = [tempPath(), tempPath()];
  const { stdout, stderr } = await startProcess("die.ts", [path, team, "0", "", paidPath]).ended;
  expect(stderr).toBe("");
  await using store = sqlite({ path }).store;
  const events = await store.read("run");
  expect(faultsOf(events)).toEqual([]);
  const printed = JSON.parse(stdout) as Pick<Whole, "outcome" | "costs" | "writes">;
  return { ...printed, isTeam: teamsOf(events), paid: linesOf(paidPath) };
}

function linesOf(path: string): readonly string[] {
  return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
}

/** Kills a run at a write, goes on with it here, and says what is wrong. */
async function killedAt(
  team: string,
  at: number,
  when: "before" | "after",
  whole: Whole,
): Promise<void> {
  const [path, paidPath] = [tempPath(), tempPath()];
  const { signal, stderr } = await startProcess("die.ts", [path, team, String(at), when, paidPath])
    .ended;
  expect({ signal, stderr }).toEqual({ signal: "SIGKILL", stderr: "" });

  await using store = sqlite({ path }).store;
  const before = await store.read("run");
  const paidBefore = linesOf(paidPath);
  const paidAfter: string[] = [];
  const resumed = teamCalled(team, store, ({ callId, attempt }) => {
    paidAfter.push(`${callId} ${attempt}`);
  });
  // Of a run whose first event was not kept, nothing is there to go on with.
  if (before.length === 0) {
    expect(paidBefore).toEqual([]);
    await expect(resumed.resume("run")).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
    return;
  }
  const outcome = await resumed.resume("run");
  const after = await store.read("run");
  expect(lasting(outcome)).toEqual(whole.outcome);
  expect(after.slice(0, before.length)).toEqual(before);
  expect(faultsOf(after)).toEqual([]);
  expect(outcome.bill.attempts).toBe(attemptsIn(after, whole.isTeam));

  const [ended, doubtful] = [endedCalls(before), inDoubt(before, whole.isTeam)];
  expect(costFaults(whole.costs, costsOf(outcome), doubtful)).toEqual([]);
  for (const asked of paidAfter) expect(ended).not.toContain(asked.split(" ")[0]);
  const twice = paidAfter.filter((asked) => paidBefore.includes(asked));
  for (const asked of twice) expect(doubtful).toContain(asked);
  // Nothing was left out, nothing asked that had not been, nothing asked more than twice.
  expect(new Set([...paidBefore, ...paidAfter])).toEqual(new Set(whole.paid));
  expect(paidBefore.length + paidAfter.length).toBe(whole.paid.length + twice.length);
}

describe.each(TEAMS)("the team %s, killed at every write", (team) => {
  let whole: Whole;
  beforeAll(async () => {
    whole = await uninterrupted(team);
  });

  it.each(["before", "after"] as const)(
    "comes to the same when it is resumed, killed just %s the write was kept",
    async (when) => {
      expect(whole.writes).toBeGreaterThan(10);
      const places = Array.from({ length: whole.writes }, (_, index) => index + 1);
      const work = async (): Promise<void> => {
        for (let at = places.shift(); at !== undefined; at = places.shift()) {
          await killedAt(team, at, when, whole);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
    },
    60_000,
  );
});
