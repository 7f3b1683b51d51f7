import { filesOf, type Included } from "./peer.ts";

/** Durable runs, one after another. */
export interface Kept {
  /** As W1: 8 agents in parallel, joined; `times` such coordinations. */
  fanOut(times: number): Promise<void>;
  close(): unknown;
}

/** A system that stores each answer before passing it on: one file of `durable`, which exports it as `durable`. */
export interface Durable {
  /** Where it stores answers: in a SQLite file, or in a PostgreSQL server. */
  readonly in: "sqlite" | "postgres";
  readonly slower?: number;
  readonly included: Included;
  /** Opens it at a path, or at the address of a server. */
  readonly open: (where: string) => Promise<Kept>;
}

/** Every file of `durable`, by its name. */
export const durables: ReadonlyMap<string, Durable> = await filesOf("durable", "durable");

/** The systems that store answers there, each with one run in flight and with many. */
export function keepingIn(place: Durable["in"], inFlight: number): readonly string[] {
  const names = [...durables].flatMap(([name, durable]) => (durable.in === place ? [name] : []));
  return names.flatMap((name) => [name, `${name} x ${inFlight}`]);
}
