import { DatabaseSync } from "node:sqlite";

/** Keeps everybody else from writing a file, until disposed. */
export function lock(path: string): Disposable {
  const db = new DatabaseSync(path);
  db.exec("BEGIN IMMEDIATE");
  return {
    [Symbol.dispose]() {
      db.exec("ROLLBACK");
      db.close();
    },
  };
}
