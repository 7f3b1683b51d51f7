import { listeners } from "../store/listeners.ts";
import type { PostgresClient, PostgresPool } from "./options.ts";
import type { Owner } from "./owner.ts";
import { fromText } from "./schema.ts";

/**
 * Tells of what was written. Of this store's own writing it is told here; that of others comes by `NOTIFY`, as `OWNER run ID`,
 * `OWNER value KEY` or `OWNER much`.
 */
export interface WriteNews {
  /** Where it is told, for statements. */
  readonly channel: string;
  /** Hears of others from here on, where it can; never rejects. */
  listen(): Promise<void>;
  /** Has `told` called soon after a run may have more events. Holds the process until it is disposed. */
  watchRun(runId: string, told: () => void): Disposable;
  /** As `watchRun`, of values whose keys begin so; does not hold the process. */
  watchValues(prefix: string, told: () => void): Disposable;
  /** Has `told` called for what is told on another channel, and where something may have been missed; does not hold the process. */
  hear(channel: string, told: () => void): Disposable;
  wroteRun(runId: string): void;
  wroteValues(changed: readonly { readonly key: string }[]): void;
  wroteMuch(): void;
  /** Tells all, and listens no more. */
  stop(): void;
}

export interface NewsOptions {
  readonly pool: PostgresPool;
  readonly schema: string;
  readonly owner: Owner;
  /** Whether others are listened to; else it is looked for what they wrote. */
  readonly listen: boolean;
}

const LOOK_EVERY_MS = 500;
// A connection that is gone without a word would be silent for ever: whoever waits looks so often by itself.
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
  // Whether something may have been missed.
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

  /** Keeps the process as long as somebody waits who holds it. */
  function hold(): void {
    if (holding > 0) {
      timer?.ref();
      client?.ref?.();
    } else {
      timer?.unref();
      client?.unref?.();
    }
  }

  /** Looks by itself from time to time, while somebody waits. */
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
        // Nobody holds the process: the timer stops by itself, as somebody else may come before it rings.
        if (holds && --holding === 0) hold();
      },
    };
  }

  /** Listens to one more, where others are listened to already. */
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
        // Nobody minds what is told there from here on.
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
