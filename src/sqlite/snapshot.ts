import type { DatabaseSync } from "node:sqlite";

/** Runs `work` in a read transaction, so that all its queries see one state of the file. */
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
