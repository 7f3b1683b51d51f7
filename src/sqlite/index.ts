export type { Codec } from "./codec.ts";
export type { SqliteStoreOptions } from "./options.ts";
export { sqliteStore, type SqliteStore } from "./sqlite-store.ts";
