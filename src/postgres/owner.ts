import { hostname } from "node:os";
import { cut } from "../model/text.ts";
import type { Row } from "./database.ts";

/** How many times a store shows that it is alive within the time after which it counts as gone. */
export const BEATS_PER_LEASE = 3;

/** This store as a possible owner of runs. */
export interface Owner {
  /** Random, so that no id is used twice; 48 bits, so that it is an exact number. */
  readonly id: number;
  /** Its description for people. */
  readonly label: string;
  readonly leaseMs: number;
}

export function thisOwner(leaseMs: number): Owner {
  const id = Math.floor(Math.random() * 2 ** 48);
  return { id, label: `process ${process.pid} on host ${cut(hostname(), 100)}`, leaseMs };
}

/** Records that the store is alive; $1 is its id, $2 its label, $3 its lease. */
export const beatSql = (schema: string): string => `
  INSERT INTO ${schema}.owners (owner, name, lease_ms, seen) VALUES ($1, $2, $3, clock_timestamp())
  ON CONFLICT (owner) DO UPDATE SET seen = clock_timestamp()`;

/** The columns that show whether a run's owner is alive, of the tables `runs` and `owners`. */
export const LIVING_COLUMNS = `runs.owner, owners.name AS owner_name, owners.lease_ms,
  extract(epoch FROM clock_timestamp() - owners.seen)::float8 * 1000 AS silent_ms`;

/** The same as an SQL condition. */
export const LIVING = `coalesce(owners.seen + owners.lease_ms * interval '1 ms' >= clock_timestamp(), false)`;

/** An SQL condition: whether the owner in a column is alive. */
export const living = (column: string, schema: string): string => `EXISTS (
  SELECT 1 FROM ${schema}.owners AS o
  WHERE o.owner = ${column} AND o.seen + o.lease_ms * interval '1 ms' >= clock_timestamp())`;

/** A description of a run's owner; `undefined` if it has none or the owner is gone. A store knows that it is alive itself. */
export function livingOwner(row: Row, self: number): string | undefined {
  if (row["owner"] === null) return undefined;
  if (Number(row["owner"]) === self) return "this store";
  if (row["silent_ms"] === null) return undefined;
  const [silentMs, leaseMs] = [Number(row["silent_ms"]), Number(row["lease_ms"])];
  if (silentMs > leaseMs) return undefined;
  const seen = `last seen ${Math.max(0, Math.round(silentMs / 1000))} s ago, gone after ${leaseMs / 1000} s of silence`;
  return `${String(row["owner_name"])} (${seen})`;
}
