import assert from "node:assert/strict";
import type { RunEvent } from "../../model/events.ts";
import type { RunQuery, RunStatus, Store } from "../../store/store.ts";
import type { ContractCase } from "../contract.ts";
import { refused, throughJson, withStore, type OpenStore } from "./checks.ts";
import { answered, cancelled, finished, runEvent, started, wholeRun } from "./run-events.ts";

/** Invalid queries, and what their refusal suggests. */
const NO_QUERIES: readonly (readonly [query: unknown, instead: RegExp])[] = [
  [{ tem: "gate" }, /did you mean team\?/],
  [{ statsu: "failed" }, /did you mean status\?/],
  [{ limits: 3 }, /did you mean limit\?/],
  [{ status: "complet" }, /did you mean "complete"\?/],
  [{ status: ["failed", "wating"] }, /did you mean "waiting"\?/],
  [{ status: 1 }, /use running/],
  [{ team: 1 }, /team is 1/],
  [{ tenant: null }, /tenant is null/],
  [{ tag: "branch" }, /for instance/],
  [{ tag: { branch: 1 } }, /for instance/],
  [{ tag: { branch: null } }, /for instance/],
  [{ since: "yesterday" }, /since is "yesterday"/],
  [{ after: 1 }, /after is 1/],
  [{ prefix: [] }, /prefix is a list/],
  [3, /runs is given 3/],
  [null, /runs is given null/],
];

interface Begun {
  readonly team?: string;
  readonly tenant?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly atMs?: number;
}

/** The first event of a run. */
export function begun(runId: string, { team = "gate", tenant, tags, atMs }: Begun): RunEvent {
  const event = runEvent(runId, 1, {
    type: "run.started",
    supervisor: { name: team },
    ...(tenant !== undefined && { tenant }),
    ...(tags !== undefined && { tags }),
    input: null,
  });
  return atMs === undefined ? event : { ...event, atMs };
}

async function idsOf(store: Store, query: RunQuery): Promise<readonly string[]> {
  return (await store.runs(query)).map(({ runId }) => runId);
}

/** Which runs a query finds. */
export function findingCases(open: OpenStore): readonly ContractCase[] {
  return [
    withStore(
      open,
      "says how one run stands, and nothing of one that is not there",
      async (store) => {
        await store.append([begun("run", { tenant: "acme", tags: { branch: "main" } })]);
        const [listed] = await store.runs();
        assert.deepEqual(await store.run("run"), listed);
        assert.equal(listed?.tenant, "acme");
        assert.deepEqual(throughJson(listed.tags), { branch: "main" });
        assert.equal(await store.run("ru"), undefined);
        assert.equal(await store.run("\ud800"), undefined);
        await refused("BAD_OPTIONS", () => store.run(1 as never));
      },
    ),
    withStore(open, "finds runs by the team that they are of", async (store) => {
      for (const [index, team] of ["gate", "gates", "gate", "other"].entries()) {
        await store.append([begun(`run-${index}`, { team })]);
      }
      assert.deepEqual(await idsOf(store, { team: "gate" }), ["run-2", "run-0"]);
      assert.deepEqual(await idsOf(store, { team: "gate", limit: 1 }), ["run-2"]);
      assert.deepEqual(await idsOf(store, { team: "Gate" }), []);
    }),
    withStore(
      open,
      "finds runs by how they stand, whatever became of them before",
      async (store) => {
        await store.append([begun("running", {})]);
        await store.append([begun("interrupted", {})]);
        await store.release("interrupted", 1);
        for (const status of ["complete", "partial", "failed"] as const) {
          await store.append([begun(status, {}), finished(status, 2, status)]);
        }
        await store.append([begun("cancelled", {}), cancelled("cancelled", 2)]);
        await store.append([begun("waiting", {})]);
        await store.append([runEvent("waiting", 2, { type: "run.waiting", verdicts: [] })]);
        await store.release("waiting", 1);
        const find = async (status: RunStatus | readonly RunStatus[]) => idsOf(store, { status });
        const all = [
          "running",
          "interrupted",
          "complete",
          "partial",
          "failed",
          "cancelled",
          "waiting",
        ] as const;
        for (const status of all) assert.deepEqual(await find(status), [status]);
        assert.deepEqual(await find(all), all.toReversed());
        assert.deepEqual(await find(["failed", "running"]), ["failed", "running"]);
        assert.deepEqual(await find([]), []);

        // Taken but not continued: a run's status comes from its log.
        const fences = new Map<string, number>();
        for (const runId of ["interrupted", "waiting", "cancelled"]) {
          fences.set(runId, await store.take(runId));
        }
        assert.deepEqual(await find("waiting"), ["waiting"]);
        assert.deepEqual(await find("cancelled"), ["cancelled"]);
        assert.deepEqual(await find("running"), ["interrupted", "running"]);
        await store.append([answered("waiting", 3)], fences.get("waiting"));
        await store.append([answered("cancelled", 3)], fences.get("cancelled"));
        assert.deepEqual(await find("running"), ["waiting", "cancelled", "interrupted", "running"]);
        await store.append([finished("cancelled", 4, "failed")], fences.get("cancelled"));
        assert.deepEqual(await find("failed"), ["cancelled", "failed"]);
        assert.deepEqual(await find("cancelled"), []);
      },
    ),
    withStore(open, "finds runs by their tenant and their tags", async (store) => {
      const runs: Readonly<Record<string, Begun>> = {
        none: {},
        acme: { tenant: "acme" },
        "acme-main": { tenant: "acme", tags: { branch: "main", kind: "nightly" } },
        "other-main": { tenant: "other", tags: { branch: "main" } },
        odd: {
          tenant: "' OR 1=1 --",
          tags: { "a\nb": "main", branch: "x\nmain", __proto__x: "1" },
        },
      };
      for (const [runId, run] of Object.entries(runs)) await store.append([begun(runId, run)]);
      const cases: readonly (readonly [RunQuery, readonly string[]])[] = [
        [{ tenant: "acme" }, ["acme-main", "acme"]],
        [{ tag: { branch: "main" } }, ["other-main", "acme-main"]],
        [{ tag: { branch: "main", kind: "nightly" } }, ["acme-main"]],
        [{ tenant: "other", tag: { branch: "main" } }, ["other-main"]],
        [{ tenant: "acme", tag: { branch: "next" } }, []],
        [{ tenant: "' OR 1=1 --" }, ["odd"]],
        [{ tag: { "a\nb": "main" } }, ["odd"]],
        [{ tag: { a: "b\nmain" } }, []],
        [{ tag: { toString: "main" } }, []],
        [{ tag: {} }, Object.keys(runs).toReversed()],
      ];
      for (const [query, found] of cases) assert.deepEqual(await idsOf(store, query), found);
    }),
    withStore(open, "finds runs by how their ids begin", async (store) => {
      for (const runId of ["ab", "abc", "abd", "a\u{10ffff}x", "a😀", "b", "AB", "a%", "a_"]) {
        await store.append([started(runId)]);
      }
      for (const prefix of ["ab", "a", "a\u{10ffff}", "a%", "", "abcd", "a\ud800"]) {
        const expected = (await idsOf(store, {})).filter((runId) => runId.startsWith(prefix));
        assert.deepEqual(await idsOf(store, { prefix }), expected, prefix);
      }
    }),
    withStore(
      open,
      "finds runs by when they began, in the order in which they came",
      async (store) => {
        for (const atMs of [5, 1, 9, 5]) {
          const many = (await store.runs()).length;
          await store.append([begun(`${many}-${atMs}`, { atMs })]);
        }
        assert.deepEqual(await idsOf(store, { since: 5 }), ["3-5", "2-9", "0-5"]);
        assert.deepEqual(await idsOf(store, { since: 5.5, team: "gate" }), ["2-9"]);
        assert.deepEqual(await idsOf(store, { since: Infinity }), []);
        assert.deepEqual((await idsOf(store, { since: -Infinity })).length, 4);
      },
    ),
    withStore(
      open,
      "lists page after page, and says when the last page's run is gone",
      async (store) => {
        for (let index = 0; index < 25; index += 1) {
          await store.append(
            index % 2 === 0 ? wholeRun(`run-${index}`, 2) : [started(`run-${index}`)],
          );
        }
        const query = { status: "complete", team: "gate", limit: 4 } as const;
        const seen: string[] = [];
        for (let page = await idsOf(store, query); page.length > 0;) {
          seen.push(...page);
          const after = page.at(-1) ?? "";
          page = await idsOf(store, { ...query, after });
        }
        assert.deepEqual(seen, await idsOf(store, { ...query, limit: 100 }));
        assert.equal(seen.length, 13);
        assert.deepEqual(await idsOf(store, { after: "run-0" }), []);
        await store.prune(Infinity);
        await refused("RUN_NOT_FOUND", () => store.runs({ after: "run-2" }));
      },
    ),
    withStore(
      open,
      "refuses what is not a query, and says what may have been meant",
      async (store) => {
        for (const [query, instead] of NO_QUERIES) {
          await refused("BAD_OPTIONS", () => store.runs(query as RunQuery));
          await assert.rejects(async () => store.runs(query as RunQuery), { message: instead });
        }
      },
    ),
    withStore(open, "reads at most so many events as are asked for", async (store) => {
      await store.append(wholeRun("run", 6));
      const seqs = async (...given: readonly number[]): Promise<readonly number[]> =>
        (await store.read("run", ...given)).map(({ seq }) => seq);
      assert.deepEqual(await seqs(0, 2), [1, 2]);
      assert.deepEqual(await seqs(4, 5), [5, 6]);
      assert.deepEqual(await seqs(2, Infinity), [3, 4, 5, 6]);
      for (const none of [0, -1, NaN]) assert.deepEqual(await seqs(0, none), []);
    }),
  ];
}
