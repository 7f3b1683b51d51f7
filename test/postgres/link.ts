import pg from "pg";
import { onTestFinished } from "vitest";
import type { PostgresClient, PostgresPool } from "../../src/postgres/index.ts";
import type { FarLink } from "../../src/testing/index.ts";

/** A pool behind a line that can be cut, held and doubled. */
export function linkedPool(url: string): {
  readonly pool: PostgresPool;
  readonly link: Omit<FarLink, "restart">;
} {
  const inner = new pg.Pool({ connectionString: url });
  inner.on("error", () => {});
  onTestFinished(async () => inner.end());
  const wrapped = new WeakMap<pg.PoolClient, PostgresClient>();
  let isCut = false;
  let copies = 1;
  let held: PromiseWithResolvers<void> | undefined;

  function refuseWhenCut(): void {
    if (isCut) throw Object.assign(new Error("cut"), { code: "ECONNRESET" });
  }

  async function connect() {
    refuseWhenCut();
    const client = await inner.connect();
    const known = wrapped.get(client);
    if (known !== undefined) return known;
    const query = client.query.bind(client) as (...given: unknown[]) => Promise<unknown>;
    const made: PostgresClient = {
      release: (destroy?: boolean) => client.release(destroy),
      ref: () => undefined,
      unref: () => undefined,
      on(event: string, told: (message: never) => void) {
        client.on(
          event as never,
          ((message: never) => {
            if (event !== "notification" || (!isCut && held === undefined)) told(message);
          }) as never,
        );
      },
      async query(text: string, values?: readonly unknown[]) {
        refuseWhenCut();
        for (let copy = 1; copy < copies; copy++) await query(text, values);
        const answer = await query(text, values);
        // What the workers wrote is on its way until it is let go.
        if (text.includes("attempt_events AS e ON")) await held?.promise;
        refuseWhenCut();
        return answer;
      },
    };
    wrapped.set(client, made);
    return made;
  }

  return {
    pool: { connect },
    link: {
      cut() {
        isCut = true;
      },
      mend() {
        isCut = false;
      },
      double() {
        copies = 2;
      },
      hold() {
        held = Promise.withResolvers();
      },
      letGo() {
        held?.resolve();
        held = undefined;
      },
    },
  };
}
