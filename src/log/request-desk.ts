import type { Values } from "../store/values.ts";
import { CANCEL_PREFIX, cancelIn } from "./requests.ts";

/** Somebody of this process who works at a run, or waits for it. */
export interface Hearer {
  readonly runId: string;
  /** The name of its team. */
  readonly team: string;
  /** Whether the run is driven here: then nobody else has to hear of a request. */
  readonly drives: () => boolean;
  /** Is told the reason once somebody asks for the run to be cancelled. Must not throw. */
  readonly told: (reason: string) => void;
}

/** Who of this process is to hear of requests that are left in one store. */
export interface RequestDesk {
  /** Has a hearer told of a request to cancel its run, by whatever process, until disposed. */
  hear(hearer: Hearer): Disposable;
  /** Tells those at a run of a team, or of any: `"drives"` where one of them drives it, `undefined` where there are none. */
  tell(runId: string, reason: string, team?: string): "drives" | "waits" | undefined;
}

const desks = new WeakMap<Values, RequestDesk>();

/** The desk of a store, known by its values as its flights are. */
export function requestDesk(values: Values): RequestDesk {
  const known = desks.get(values) ?? makeDesk(values);
  desks.set(values, known);
  return known;
}

function makeDesk(values: Values): RequestDesk {
  const hearers = new Map<string, Set<Hearer>>();
  let watch: Disposable | undefined;
  let looking = false;
  let again = false;

  /** Looks at all that is left: there is seldom anything, however many runs there are. */
  async function look(): Promise<void> {
    if (looking) {
      again = true;
      return;
    }
    looking = true;
    try {
      do {
        again = false;
        await lookOnce();
      } while (again && hearers.size > 0);
    } catch {
      // The store has failed. The run finds that out where it keeps its next event.
    } finally {
      looking = false;
    }
  }

  async function lookOnce(): Promise<void> {
    for (let after = ""; ;) {
      const listed = values.list(CANCEL_PREFIX, { after });
      const left = listed instanceof Promise ? await listed : listed;
      for (const { key, value } of left) {
        const request = cancelIn(value);
        if (request !== undefined) desk.tell(key.slice(CANCEL_PREFIX.length), request.reason);
      }
      const last = left.at(-1);
      if (last === undefined) return;
      after = last.key;
    }
  }

  const desk: RequestDesk = {
    hear(hearer) {
      const { runId } = hearer;
      const all = hearers.get(runId) ?? new Set();
      hearers.set(runId, all);
      all.add(hearer);
      watch ??= values.watch(CANCEL_PREFIX, () => void look());
      return {
        [Symbol.dispose]() {
          all.delete(hearer);
          if (all.size === 0 && hearers.get(runId) === all) hearers.delete(runId);
          if (hearers.size > 0) return;
          watch?.[Symbol.dispose]();
          watch = undefined;
        },
      };
    },
    tell(runId, reason, team) {
      const meant = [...(hearers.get(runId) ?? [])].filter(
        (one) => team === undefined || one.team === team,
      );
      if (meant.length === 0) return undefined;
      const drives = meant.some((one) => one.drives());
      for (const { told } of meant) told(reason);
      return drives ? "drives" : "waits";
    },
  };
  return desk;
}
