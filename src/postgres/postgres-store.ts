import { TEXT, TIME_MS } from "../check/arguments.ts";
import { QuorateError } from "../model/errors.ts";
import type { RunEvent } from "../model/events.ts";
import { checkEvents } from "../store/check-append.ts";
import { MAX_EVENT_BYTES, toRow } from "../store/event-row.ts";
import { followEvents } from "../store/follow.ts";
import { drivenRuns } from "../store/driven-runs.ts";
import type { Heartbeat } from "../store/heartbeat.ts";
import { retention } from "../store/retention.ts";
import { checkErasure, checkQuery } from "../store/run-query.ts";
import { PLAIN } from "../store/seal.ts";
import type { Erasure, ReadyQuery, RunQuery, RunSummary, Store } from "../store/store.ts";
import { wholeNumber } from "../store/whole-number.ts";
import { appending, type Appending } from "./append.ts";
import { database as databaseOf, type Database } from "./database.ts";
import { forgetting } from "./forget.ts";
import { newsOf, type WriteNews } from "./news.ts";
import type { PostgresPool } from "./options.ts";
import { BEATS_PER_LEASE, beatSql, thisOwner, type Owner } from "./owner.ts";
import { postgresValues, type PostgresValues } from "./postgres-values.ts";
import { runsIn } from "./runs.ts";
import { migrate } from "./schema.ts";
import { writeQueue } from "./write-queue.ts";

/** A store in a PostgreSQL database; `await using` closes it. */
export interface PostgresStore extends Store, AsyncDisposable {
  readonly values: PostgresValues;
  append(events: readonly RunEvent[], fence?: number): Promise<void>;
  read(runId: string, afterSeq?: number, limit?: number): Promise<readonly RunEvent[]>;
  run(runId: string): Promise<RunSummary | undefined>;
  runs(query?: RunQuery): Promise<readonly RunSummary[]>;
  ready(query: ReadyQuery): Promise<readonly RunSummary[]>;
  take(runId: string): Promise<number>;
  release(runId: string, fence: number): Promise<void>;
  prune(beforeMs: number): Promise<number>;
  erase(what: Erasure): Promise<number>;
  close(): Promise<void>;
}

export interface PostgresStoreOptions {
  /** The database's name, for messages. */
  readonly name: string;
  readonly pool: PostgresPool;
  readonly schema: string;
  readonly listen: boolean;
  readonly patienceMs: number;
  readonly leaseMs: number;
  readonly retainMs: number;
  /** Called last when the store is closed. */
  readonly closed: () => Promise<void>;
}

/** The parts of a store that other modules in this folder use. */
export interface StoreParts {
  readonly database: Database;
  readonly schema: string;
  readonly owner: Owner;
  readonly news: WriteNews;
  readonly heart: Heartbeat;
  /** To be called before other stores can see this one; closing then removes it from the list of owners. */
  readonly shown: () => void;
  /** Throws if the store is closed. */
  readonly refuseWhenClosed: () => void;
  /** Work to end before the store is closed. */
  readonly ending: Set<() => Promise<void>>;
  /** The queues that this store takes attempts from. */
  readonly served: Set<string>;
}

export interface MadeStore {
  readonly store: PostgresStore;
  readonly parts: StoreParts;
}

export function postgresStore(options: PostgresStoreOptions): MadeStore {
  const { name, pool, schema, listen, patienceMs, leaseMs, retainMs } = options;
  const owner = thisOwner(leaseMs);
  const database = databaseOf({
    name,
    pool,
    patienceMs,
    async prepare(connection) {
      await migrate(connection, schema, name);
      // Readers from here on are notified of everything that follows.
      await news.listen();
    },
  });
  const news = newsOf({ pool, schema, owner, listen });
  const driven = drivenRuns({
    beatEveryMs: leaseMs / BEATS_PER_LEASE,
    beat: () => database.once(beatSql(schema), [owner.id, owner.label, leaseMs]),
    refuseWhenClosed,
    take(runId) {
      isShown = true;
      return queue.alone(async () => runs.take(runId));
    },
    release: (runId, fence) => queue.alone(async () => runs.release(runId, fence)),
  });
  const { givenUp, heart } = driven;
  const runs = runsIn({ database, schema, owner, givenUp });
  const keep = appending({ database, schema, owner, channel: news.channel, find: runs.find });
  const queue = writeQueue<Appending, void>(async (all) =>
    (await keep(all)).map((refusal) => () => {
      if (refusal !== undefined) throw refusal;
    }),
  );
  const kept = postgresValues({ database, schema, owner, news, refuseWhenClosed });
  const forget = forgetting({ database, schema, owner, givenUp, channel: news.channel });
  /** Whether other stores may know of this owner. */
  let isShown = false;
  const ending: StoreParts["ending"] = new Set();
  let closing: Promise<void> | undefined;
  const clock = { now: () => Date.now() };
  // The database's time decides how old runs are; this process's clock only says when to look.
  const retained = retention(retainMs, clock, async () =>
    prune((await kept.values.now()) - retainMs),
  );
  const followed = { read, run, watch: news.watchRun };

  function refuseWhenClosed(): void {
    if (closing !== undefined)
      throw new QuorateError("STORE_FAILED", `The store in the database ${name} is closed.`);
  }

  async function append(events: readonly RunEvent[], fence: number): Promise<void> {
    refuseWhenClosed();
    checkEvents(events);
    const [first, last] = [events[0], events.at(-1)];
    if (first === undefined || last === undefined) return;
    const { runId } = first;
    // Serialised at once, so that later changes by the caller do not matter.
    const rows = events.map((event) => toRow(event, PLAIN));
    if (first.seq === 1) givenUp.remove(runId, 1);
    isShown ||= first.seq === 1;
    try {
      await queue.add({ events: [...events], rows, fence });
    } catch (error) {
      driven.refused(runId, fence, error);
      throw error;
    }
    news.wroteRun(runId);
    driven.kept(first, last, fence);
    retained.pruneWhenDue();
  }

  async function read(runId: string, afterSeq = 0, limit = Infinity): Promise<readonly RunEvent[]> {
    refuseWhenClosed();
    TEXT.take(runId, "read: runId");
    return runs.read(runId, wholeNumber(afterSeq), wholeNumber(limit));
  }

  async function run(runId: string): Promise<RunSummary | undefined> {
    refuseWhenClosed();
    TEXT.take(runId, "run: runId");
    return (await runs.find([runId])).get(runId)?.summary;
  }

  async function prune(beforeMs: number): Promise<number> {
    refuseWhenClosed();
    TIME_MS.take(beforeMs, "prune: beforeMs");
    await kept.forgetExpired(beforeMs);
    return forget.prune(beforeMs);
  }

  async function erase(what: Erasure): Promise<number> {
    refuseWhenClosed();
    const { runIds, count } = await forget.erase(checkErasure(what));
    if (runIds.length > 0) news.wroteMuch();
    return count;
  }

  async function close(): Promise<void> {
    await Promise.all([...ending].map(async (end) => end()));
    driven.stop();
    await Promise.all([queue.drained(), kept.drained()]);
    // If the database is unreachable now, the lease expires by itself.
    await database.drain();
    const leaveSql = `DELETE FROM ${schema}.owners WHERE owner = $1`;
    if (isShown) await database.once(leaveSql, [owner.id]).catch(() => undefined);
    news.stop();
    await options.closed();
  }

  const shown = (): void => {
    isShown = true;
  };
  const parts = {
    database,
    schema,
    owner,
    news,
    heart,
    shown,
    refuseWhenClosed,
    ending,
    served: new Set<string>(),
  };
  const store: PostgresStore = {
    resumable: true,
    maxEventBytes: MAX_EVENT_BYTES,
    values: kept.values,
    append: (events, fence = 1) => append(events, fence),
    read,
    follow: (runId, afterSeq, signal) => followEvents(followed, runId, afterSeq, signal),
    run,
    async runs(asked) {
      refuseWhenClosed();
      return runs.list(checkQuery(asked));
    },
    async ready(query) {
      refuseWhenClosed();
      return runs.ready(query);
    },
    take: driven.take,
    release: driven.release,
    prune,
    erase,
    close: () => (closing ??= close()),
    [Symbol.asyncDispose]() {
      return this.close();
    },
  };
  return { store, parts };
}
