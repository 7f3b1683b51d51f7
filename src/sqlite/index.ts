export type { Codec } from "../store/codec.ts";
export type { SqliteOptions } from "./options.ts";
export { sqliteStore } from "./retired.ts";
export { sqlite, type SqliteBackend } from "./sqlite.ts";
export type { SqliteStore } from "./sqlite-store.ts";
