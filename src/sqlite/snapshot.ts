import type { DatabaseSync } from "node:sqlite";

/** Does `work` in a transaction that only reads, so that it sees one state of the file however often it asks. */
export function snapshots(db: DatabaseSync): <T>(work: () => T) => T {
  const begin = db.prepare("BEGIN");
  const end = db.prepare("COMMIT");
  return (work) => {
    begin.run();
    try {
      return work();
    } finally {
      if (db.isTransaction) end.run();
    }
  };
}
