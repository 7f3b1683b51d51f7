export type { AttemptQueue } from "./attempt-queue.ts";
export type { PostgresClient, PostgresOptions, PostgresPool } from "./options.ts";
export { postgres, type PostgresBackend } from "./postgres.ts";
export type { PostgresStore } from "./postgres-store.ts";
export type { PostgresValues } from "./postgres-values.ts";
