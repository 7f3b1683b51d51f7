import pg from "pg";

/** Jobs that are sent to workers of an engine, and whose ends are heard of. */
export interface Asking {
  /** Sends so many at once, and resolves when all have ended. */
  call(many: number): Promise<void>;
  close(): Promise<void>;
}

/** Hears what is told on a channel. */
export async function listening(
  url: string,
  channel: string,
  told: (payload: string) => void,
): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  client.on("notification", ({ payload = "" }) => told(payload));
  await client.query(`LISTEN ${channel}`);
  return client;
}

/** Sends jobs by `send`, whose workers say by NOTIFY which they have done. */
export async function askBy(
  url: string,
  send: (numbers: readonly number[]) => Promise<unknown>,
  close: () => Promise<unknown>,
): Promise<Asking> {
  const waiting = new Map<number, () => void>();
  const client = await listening(url, "done", (payload) => {
    for (const n of payload.split(",")) waiting.get(Number(n))?.();
  });
  let sent = 0;
  return {
    async call(many) {
      const numbers = Array.from({ length: many }, () => ++sent);
      const ends = numbers.map(async (n) => new Promise<void>((done) => waiting.set(n, done)));
      await send(numbers);
      await Promise.all(ends);
      for (const n of numbers) waiting.delete(n);
    },
    async close() {
      await close();
      await client.end();
    },
  };
}
