import { byHand } from "../../systems/by-hand.ts";
import { askWithTimer } from "../../systems/raw-timer.ts";
import { AGENTS } from "../../systems/system.ts";
import type { Durable } from "../durable.ts";

export const durable: Durable = {
  in: "postgres",
  slower: 2,
  included: { timeout: "aborts", log: "2 rows a call", outcome: "first error" },
  async open(url) {
    const { default: pg } = await import("pg");
    const pool = new pg.Pool({ connectionString: url, max: AGENTS });
    await pool.query(
      "CREATE TABLE IF NOT EXISTS log (seq bigserial PRIMARY KEY, entry text NOT NULL)",
    );
    const keep = (entry: unknown): Promise<unknown> =>
      pool.query({
        name: "keep",
        text: "INSERT INTO log (entry) VALUES ($1)",
        values: [JSON.stringify(entry)],
      });
    const { fanOut } = byHand(async (run, task, results) => {
      await keep({ type: "started", task });
      const answer = await askWithTimer(run, task, results);
      await keep({ type: "answered", task, answer });
      return answer;
    });
    return { fanOut, close: () => pool.end() };
  },
};
