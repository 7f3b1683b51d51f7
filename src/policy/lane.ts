import { QuorateError } from "../errors.ts";
import { makeLane, type Lane } from "./admission.ts";
import { shown } from "./check-kind.ts";
import type { AskedAt } from "./tier.ts";

/** How an attempt ended, as a lane has to know it. */
export type LaneNews =
  | { readonly ended: "answered"; readonly tokens: number }
  | { readonly ended: "failed"; readonly error: unknown; readonly tokens: number };

/** A limit that agents share: made once, given to all that it is for, of whatever supervisor. */
export interface RateLane {
  readonly name: string;
  /** Where attempts queue for it. */
  readonly lane: Lane;
  /**
   * What became of an attempt that had passed, at a monotonic time in ms and the time of day in ms since 1970. When it was
   * told to come later (429) this answers after how many ms it may be admitted again, without that being a repetition.
   */
  tell(news: LaneNews, nowMs: number, wallMs: number): number | undefined;
}

/** The lanes of an agent, or of all agents of a supervisor; as a function, by the tier and the model that it is asked at. */
export type LanesOf = readonly RateLane[] | ((asked: AskedAt) => readonly RateLane[]);

/** Refuses with `BAD_OPTIONS` what are no lanes. */
export function checkLanes(lanes: LanesOf | undefined, where: string): LanesOf | undefined {
  if (lanes === undefined || typeof lanes === "function") return lanes;
  const list: unknown = lanes;
  if (!Array.isArray(list)) {
    throw new QuorateError("BAD_OPTIONS", `${where}: lanes is ${shown(lanes)}; use [lane({ … })]`);
  }
  for (const one of list) {
    if (typeof (one as Partial<RateLane> | null)?.tell === "function") continue;
    throw new QuorateError(
      "BAD_OPTIONS",
      `${where}: lanes has ${shown(one)}; make lanes with lane({ name, concurrency })`,
    );
  }
  return Object.freeze([...(list as readonly RateLane[])]);
}

/** Those lanes at a tier. Throws `BAD_OPTIONS`. */
export function lanesAt(
  lanes: LanesOf | undefined,
  asked: AskedAt,
  where: string,
): readonly RateLane[] {
  if (lanes === undefined) return NONE;
  return typeof lanes === "function"
    ? ((checkLanes(lanes(asked) ?? null, where) as readonly RateLane[] | undefined) ?? NONE)
    : lanes;
}

const NONE: readonly RateLane[] = Object.freeze([]);

export interface LaneOptions {
  readonly name: string;
  /** How many attempts are in flight at most. */
  readonly concurrency?: number;
}

export function lane({ name, concurrency = Infinity }: LaneOptions): RateLane {
  return Object.freeze({ name, lane: makeLane(concurrency), tell: () => undefined });
}
