import type { TeamsAnswer } from "../../../src/server/wire.ts";
import { useLoaded } from "./desk.ts";

/** Whether the server has the team of that name; `undefined` while that is not known, and where nobody wants to know it. */
export function useIsServed(team: string, isWanted = true): boolean | undefined {
  const teams = useLoaded(isWanted ? "teams" : undefined, (client, signal) =>
    client.get<TeamsAnswer>("teams", {}, signal),
  );
  return teams.data?.teams.some(({ name }) => name === team);
}
