import { readFileSync } from "node:fs";
import { option, type Option } from "../check/options.ts";
import { describeThrown, QuorateError } from "../model/errors.ts";
import { isSupervisor, type Supervisor } from "../supervisor.ts";
import type { Backend } from "../team/backend.ts";
import { hear } from "../model/hear.ts";
import type { ServerFailure } from "./driving.ts";
import { eachOf } from "../check/kinds.ts";

const TEAM: Option<Supervisor | undefined> = option(
  (given) => (isSupervisor(given) ? given : undefined),
  "use what supervisor({ … }) made",
);

export const TEAMS: Option<readonly Supervisor[]> = eachOf(TEAM, "use [team]").needed() as Option<
  readonly Supervisor[]
>;

/** Teams by their names. Throws `BAD_OPTIONS` if there is none, or two have the same name. */
export function teamsByName(
  teams: readonly Supervisor[],
  where: string,
): ReadonlyMap<string, Supervisor> {
  if (teams.length === 0) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `${where}: teams is empty; give it one that supervisor({ … }) made`,
    );
  }
  const known = new Map<string, Supervisor>();
  for (const team of teams) {
    if (known.has(team.name)) {
      const why = `${where}: two teams are called "${team.name}"; give them different names`;
      throw new QuorateError("BAD_OPTIONS", why);
    }
    known.set(team.name, team);
  }
  return known;
}

/** The one backend that all teams have. Throws `BAD_OPTIONS` if they have different ones. */
export function sharedBackend([first, ...others]: readonly Supervisor[], where: string): Backend {
  const backend = first?.backend as Backend;
  if (others.every((one) => one.backend.store === backend.store)) return backend;
  const why = `${where}: its teams have different backends; give one: backend: sqlite({ path })`;
  throw new QuorateError("BAD_OPTIONS", why);
}

export function packageVersion(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { readonly version: string }).version;
}

/** Tells the operator of failures, by default as warnings of the process. What goes wrong in telling is a warning, too. */
export function failuresTo(
  onFailure: (failure: ServerFailure) => unknown = warn,
): (failure: ServerFailure) => void {
  return (failure) => {
    try {
      hear(onFailure(failure));
    } catch (error) {
      warn({ what: "onFailure", error });
    }
  };
}

function warn({ what, error }: ServerFailure): void {
  process.emitWarning(`${what}: ${describeThrown(error)}`, "QuorateWarning");
}
