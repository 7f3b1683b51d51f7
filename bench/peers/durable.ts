import { filesOf, type Included } from "./peer.ts";

/** Runs that are kept, one after another. */
export interface Kept {
  /** As W1: 8 agents in parallel, joined; `times` such coordinations. */
  fanOut(times: number): Promise<void>;
  close(): unknown;
}

/** A system that keeps what is answered before anybody sees it: one file of `durable`, which exports it as `durable`. */
export interface Durable {
  /** Where it keeps that: in a file by SQLite, or in a PostgreSQL server. */
  readonly in: "sqlite" | "postgres";
  readonly slower?: number;
  readonly included: Included;
  /** Opens it at a path, or at the address of a server. */
  readonly open: (where: string) => Promise<Kept>;
}

/** Every file of `durable`, by its name. */
export const durables: ReadonlyMap<string, Durable> = await filesOf("durable", "durable");

/** Who keeps what is answered there, each with one run in flight and with many. */
export function keepingIn(place: Durable["in"], inFlight: number): readonly string[] {
  const names = [...durables].flatMap(([name, durable]) => (durable.in === place ? [name] : []));
  return names.flatMap((name) => [name, `${name} x ${inFlight}`]);
}
