import { listeners } from "../store/listeners.ts";
import type { PostgresClient, PostgresPool } from "./options.ts";
import type { Owner } from "./owner.ts";
import { fromText } from "./schema.ts";

/**
 * Notifies of writes. This store's own are reported here directly; those of other stores arrive by `NOTIFY`, as `OWNER run ID`,
 * `OWNER value KEY` or `OWNER much`.
 */
export interface WriteNews {
  /** The channel, for statements. */
  readonly channel: string;
  /** Listens to other stores from now on, if possible; never rejects. */
  listen(): Promise<void>;
  /** Calls `told` soon after a run may have more events. Keeps the process alive until it is disposed. */
  watchRun(runId: string, told: () => void): Disposable;
  /** The same for values whose keys have this prefix; does not keep the process alive. */
  watchValues(prefix: string, told: () => void): Disposable;
  /** Calls `told` for notifications on another channel, and if some may have been missed; does not keep the process alive. */
  hear(channel: string, told: () => void): Disposable;
  wroteRun(runId: string): void;
  wroteValues(changed: readonly { readonly key: string }[]): void;
  wroteMuch(): void;
  /** Calls all watchers, and stops listening. */
  stop(): void;
}

export interface NewsOptions {
  readonly pool: PostgresPool;
  readonly schema: string;
  readonly owner: Owner;
  /** Whether to listen for other stores' writes; else they are polled. */
  readonly listen: boolean;
}

const LOOK_EVERY_MS = 500;
// A connection that died silently would give no more notifications, so watchers also look at this interval.
const BACKSTOP_MS = 5_000;
const LISTEN_AGAIN_MS = 200;

export function newsOf({ pool, schema, owner, listen }: NewsOptions): WriteNews {
  const channel = `quorate_${schema}`;
  const runs = listeners();
  const values = listeners();
  const others = new Map<string, Set<() => void>>();
  let client: PostgresClient | undefined;
  let connecting: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let holding = 0;
  // Whether notifications may have been missed.
  let wasDeaf = false;
  let stopped = false;

  function tellAll(): void {
    runs.tellAll();
    values.tellAll();
    for (const told of others.values()) for (const one of told) one();
  }

  function heard(message: { readonly channel?: string; readonly payload?: string }): void {
    for (const told of others.get(message.channel ?? "") ?? []) told();
    const [, from, kind, name = ""] =
      /^(\d+) (run|value|much) ?(.*)$/su.exec(message.payload ?? "") ?? [];
    if (message.channel !== channel || from === String(owner.id)) return;
    if (kind === "run") runs.tell(fromText(name));
    else if (kind === "value") values.tellPrefixesOf([{ key: fromText(name) }]);
    else tellAll();
  }

  async function connect(): Promise<void> {
    try {
      const made = await pool.connect();
      const gone = (): void => {
        if (client === made) lose();
      };
      made.on("notification", heard);
      made.on("error", gone);
      made.on("end", gone);
      try {
        for (const name of [channel, ...others.keys()]) await made.query(`LISTEN ${name}`);
      } catch (error) {
        made.release(true);
        throw error;
      }
      client = made;
      hold();
      if (stopped) lose();
      else if (wasDeaf) tellAll();
      wasDeaf = false;
    } catch {
      wasDeaf = true;
    }
    connecting = undefined;
    arm();
  }

  async function listenNow(): Promise<void> {
    if (!listen || stopped || client !== undefined) return;
    connecting ??= connect();
    await connecting;
  }

  function lose(): void {
    client?.release(true);
    client = undefined;
    wasDeaf = true;
    arm();
  }

  /** Keeps the process alive as long as a watcher needs that. */
  function hold(): void {
    if (holding > 0) {
      timer?.ref();
      client?.ref?.();
    } else {
      timer?.unref();
      client?.unref?.();
    }
  }

  /** Polls from time to time while there are watchers. */
  function arm(): void {
    clearTimeout(timer);
    timer = undefined;
    if (stopped || runs.size + values.size + others.size === 0) return;
    const everyMs = !listen ? LOOK_EVERY_MS : client === undefined ? LISTEN_AGAIN_MS : BACKSTOP_MS;
    timer = setTimeout(() => {
      tellAll();
      void listenNow();
      arm();
    }, everyMs);
    hold();
  }

  function watch(told: Disposable, holds: boolean): Disposable {
    if (holds) holding += 1;
    if (timer === undefined) arm();
    hold();
    void listenNow();
    let left = false;
    return {
      [Symbol.dispose]() {
        if (left) return;
        left = true;
        told[Symbol.dispose]();
        // Not cleared: another watcher may come before the timer fires, which then stops by itself.
        if (holds && --holding === 0) hold();
      },
    };
  }

  /** Listens to one more channel, if it listens at all. */
  function listenTo(name: string): void {
    const made = client;
    if (made === undefined) return void listenNow();
    made.query(`LISTEN ${name}`).catch(() => {
      if (client === made) lose();
    });
  }

  function hear(name: string, told: () => void): Disposable {
    const known = others.get(name) ?? new Set();
    const isNew = known.size === 0;
    known.add(told);
    others.set(name, known);
    if (isNew && listen && !stopped) listenTo(name);
    if (timer === undefined) arm();
    return {
      [Symbol.dispose]() {
        known.delete(told);
        // Later notifications there are ignored.
        if (known.size === 0) others.delete(name);
      },
    };
  }

  return {
    channel,
    hear,
    listen: listenNow,
    watchRun: (runId, told) => watch(runs.add(runId, told), true),
    watchValues: (prefix, told) => watch(values.add(prefix, told), false),
    wroteRun: runs.tell,
    wroteValues: values.tellPrefixesOf,
    wroteMuch: tellAll,
    stop() {
      stopped = true;
      if (client !== undefined) lose();
      arm();
      tellAll();
    },
  };
}
