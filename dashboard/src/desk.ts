import { createContext, useContext } from "react";
import type { Extras } from "./extras.ts";
import type { RunPage } from "./model/page.ts";
import type { Finder } from "./model/search.ts";
import type { Subject } from "./model/subjects.ts";

/** What the parts of the page share: the run, the search, the selection, and what is unfolded. */
export interface Desk {
  readonly page: RunPage;
  readonly finder: Finder;
  readonly query: string;
  /** The call that the details show. */
  readonly selected: string | undefined;
  readonly select: (callId: string) => void;
  /** The keys of the unfolded subjects. */
  readonly open: ReadonlySet<string>;
  readonly toggle: (subject: Subject) => void;
  /** What the page of a watched run has in addition. */
  readonly extras: Extras | undefined;
}

const DeskContext = createContext<Desk | undefined>(undefined);

export const DeskProvider = DeskContext.Provider;

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (desk === undefined) throw new Error("A part of the page is drawn outside of it.");
  return desk;
}

/** The call of an agent in a team, by its name there; the first one if there are several. */
export function callOf({ run }: RunPage, team: string, agent: string): string | undefined {
  for (const call of run.calls.values()) {
    if (call.team === team && call.agent === agent && call.role !== "judge") return call.callId;
  }
  return undefined;
}
