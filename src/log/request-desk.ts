import { PassingMap } from "../model/passing-map.ts";
import type { Values } from "../store/values.ts";
import { CANCEL_PREFIX, cancelIn } from "./requests.ts";

/** A part of this process that works on a run, or waits for it. */
export interface Hearer {
  readonly runId: string;
  /** The name of its team. */
  readonly team: string;
  /** Whether the run is driven here: then no other process needs to hear of a request. */
  readonly drives: () => boolean;
  /** Called with the reason once a cancellation of the run is requested. Must not throw. */
  readonly told: (reason: string) => void;
}

/** The parts of this process that listen to requests in one store. */
export interface RequestDesk {
  /** Tells a hearer of a request to cancel its run, from any process, until disposed. */
  hear(hearer: Hearer): Disposable;
  /** Tells the hearers of a run, of that team or of any: `"drives"` if one of them drives it, `undefined` if there are none. */
  tell(runId: string, reason: string, team?: string): "drives" | "waits" | undefined;
}

const desks = new WeakMap<Values, RequestDesk>();

/** The desk of a store, known by its values, like its flights. */
export function requestDesk(values: Values): RequestDesk {
  const known = desks.get(values) ?? makeDesk(values);
  desks.set(values, known);
  return known;
}

function makeDesk(values: Values): RequestDesk {
  const hearers = new PassingMap<string, Set<Hearer>>();
  let watch: Disposable | undefined;
  let looking = false;
  let again = false;

  /** Looks at all pending requests: there are seldom any, however many runs there are. */
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
      // The store has failed. The run notices that with its next event.
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
