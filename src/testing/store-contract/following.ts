import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import type { RunEvent } from "../../model/events.ts";
import type { Store } from "../../store/store.ts";
import type { ContractCase } from "../contract.ts";
import { refused, throughJson, withStore, type OpenStore } from "./checks.ts";
import {
  answered,
  answers,
  cancelled,
  finished,
  runEvent,
  started,
  wholeRun,
} from "./run-events.ts";

const MANY_EVENTS = 1_200;

/** All events that a reader sees until the end. */
async function allOf(events: AsyncIterable<RunEvent>): Promise<readonly RunEvent[]> {
  const seen: RunEvent[] = [];
  for await (const event of events) seen.push(event);
  return seen;
}

function seqsOf(events: readonly RunEvent[]): readonly number[] {
  return events.map(({ seq }) => seq);
}

/** Following a run. */
export function followingCases(open: OpenStore): readonly ContractCase[] {
  return [
    withStore(open, "follows a run that has ended to its end, from any event on", async (store) => {
      await store.append(wholeRun("run", 5));
      assert.deepEqual(
        throughJson(await allOf(store.follow("run"))),
        throughJson(wholeRun("run", 5)),
      );
      assert.deepEqual(seqsOf(await allOf(store.follow("run", 3))), [4, 5]);
      for (const seq of [5, 6, 1_000]) assert.deepEqual(await allOf(store.follow("run", seq)), []);
    }),
    withStore(
      open,
      "lets several readers follow a run that is under way, each at its own speed",
      async (store) => {
        await store.append([started("run")]);
        await store.append([started("other")]);
        const [fast, late] = [allOf(store.follow("run")), allOf(store.follow("run", 2))];
        const slow = store.follow("run");
        assert.equal((await slow.next()).value?.seq, 1);
        for (let seq = 2; seq < 10; seq += 1) {
          await store.append([answered("run", seq)]);
          await store.append([answered("other", seq)]);
          if (seq % 3 === 0) await setTimeout(1);
        }
        await store.append([finished("run", 10)]);
        const all = Array.from({ length: 10 }, (_, index) => index + 1);
        assert.deepEqual(seqsOf(await fast), all);
        assert.deepEqual(seqsOf(await late), all.slice(2));
        assert.deepEqual(seqsOf(await allOf(slow)), all.slice(1));
      },
    ),
    withStore(
      open,
      "follows a run with very many events, each once and in order",
      async (store) => {
        await store.append([started("run"), ...answers("run", 2, MANY_EVENTS)]);
        const seen = allOf(store.follow("run"));
        await store.append([finished("run", MANY_EVENTS + 1)]);
        const all = Array.from({ length: MANY_EVENTS + 1 }, (_, index) => index + 1);
        assert.deepEqual(seqsOf(await seen), all);
      },
    ),
    withStore(
      open,
      "keeps following a run that waits, is interrupted, or is continued after its end",
      async (store) => {
        await store.append([started("run"), cancelled("run", 2)]);
        const fence = await store.take("run");
        await store.append([runEvent("run", 3, { type: "run.waiting", verdicts: [] })], fence);
        const reader = store.follow("run");
        for (const seq of [1, 2, 3]) assert.equal((await reader.next()).value?.seq, seq);
        const next = reader.next();
        await store.release("run", fence);
        const again = await store.take("run");
        await store.append([answered("run", 4)], again);
        assert.equal((await next).value?.seq, 4);
        await store.append([finished("run", 5)], again);
        assert.deepEqual(seqsOf(await allOf(reader)), [5]);
      },
    ),
    withStore(
      open,
      "lets a reader leave, also one that waits, and others read on",
      async (store) => {
        await store.append([started("run")]);
        const [stays, leaves] = [store.follow("run"), store.follow("run", 1)];
        const [waiting, twice] = [leaves.next(), leaves.next()];
        await leaves.return?.();
        assert.equal((await waiting).done, true);
        assert.equal((await twice).done, true);
        for await (const event of store.follow("run")) {
          assert.equal(event.seq, 1);
          break;
        }
        await store.append([finished("run", 2)]);
        assert.deepEqual(seqsOf(await allOf(stays)), [1, 2]);
      },
    ),
    withStore(
      open,
      "stops following with the signal's reason, at once or while it waits",
      async (store) => {
        await store.append([started("run")]);
        const reason = new Error("the reader is needed elsewhere");
        const isReason = (error: unknown): boolean => error === reason;
        const controller = new AbortController();
        const waiting = store.follow("run", 1, controller.signal).next();
        const besides = store.follow("run", 1).next();
        await setTimeout(1);
        controller.abort(reason);
        await assert.rejects(waiting, isReason);
        await assert.rejects(store.follow("run", 0, controller.signal).next(), isReason);
        await store.append([finished("run", 2)]);
        assert.equal((await besides).value?.seq, 2);
      },
    ),
    withStore(
      open,
      "follows no run that is not there, and one that is forgotten no more",
      async (store) => {
        await refused("RUN_NOT_FOUND", () => store.follow("none").next());
        await refused("BAD_OPTIONS", () => store.follow(1 as never).next());
        await refused("BAD_OPTIONS", () => store.follow("run", 0, {} as never).next());
        await store.append(wholeRun("run", 3));
        const reader = store.follow("run");
        await reader.next();
        await store.prune(Infinity);
        assert.ok((await allOf(reader)).length <= 2);
      },
    ),
    withStore(open, "tells a reader that waits when the store is closed", async (store) => {
      await store.append([started("run")]);
      const waiting = store.follow("run", 1).next();
      const told = refused("STORE_FAILED", () => waiting);
      await setTimeout(1);
      await store.close();
      await told;
    }),
  ];
}

/** The same from a second store that has the runs open. */
export function sharedFollowingCases(
  open: OpenStore,
  another: (store: Store) => Store | Promise<Store>,
): readonly ContractCase[] {
  return [
    withStore(open, "lets others follow a run that it drives, to the end", async (mine) => {
      const theirs = await another(mine);
      try {
        await mine.append([started("run")]);
        const readers = [allOf(theirs.follow("run")), allOf(theirs.follow("run", 4))];
        for (let seq = 2; seq < 8; seq += 1) {
          await mine.append([answered("run", seq)]);
          if (seq % 2 === 0) await setTimeout(2);
        }
        await mine.append([finished("run", 8)]);
        const [all = [], later = []] = await Promise.all(readers);
        assert.deepEqual(seqsOf(all), [1, 2, 3, 4, 5, 6, 7, 8]);
        assert.deepEqual(seqsOf(later), [5, 6, 7, 8]);
      } finally {
        await theirs.close();
      }
    }),
  ];
}
