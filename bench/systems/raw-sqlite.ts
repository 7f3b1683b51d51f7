import { DatabaseSync } from "node:sqlite";
import { byHand } from "./by-hand.ts";
import { askWithTimer } from "./raw-timer.ts";

/** Two rows per call, each its own transaction: that it started, and what it answered. */
export function openRaw(path: string): {
  readonly fanOut: (times: number) => Promise<void>;
  readonly close: () => void;
} {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  database.exec(
    "CREATE TABLE log (seq INTEGER PRIMARY KEY, atMs INTEGER NOT NULL, entry TEXT NOT NULL)",
  );
  const insert = database.prepare("INSERT INTO log (atMs, entry) VALUES (?, ?)");
  const keep = (entry: unknown): unknown => insert.run(Date.now(), JSON.stringify(entry));
  const { fanOut } = byHand(async (agent, task, results) => {
    keep({ type: "started", task });
    const answer = await askWithTimer(agent, task, results);
    keep({ type: "answered", task, answer });
    return answer;
  });
  return { fanOut, close: () => database.close() };
}
