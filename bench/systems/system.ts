/** The attempt's limit in every system: the default of Quorate. No measurement comes near it. */
export const TIMEOUT_MS = 30_000;

/** How many agents one coordination asks. */
export const AGENTS = 8;

/** How many calls run at once where calls are many: the default of Quorate. */
export const AT_ONCE = 8;

/** Coordinates agents that do nothing but answer with their task. */
export interface System {
  /** Asks 8 agents in parallel and joins their answers; `times` such coordinations, one after another. */
  fanOut(times: number): Promise<void>;
  /** Asks 8 agents in turn, each given the answers before it. */
  sequence(times: number): Promise<void>;
  /** Asks one agent `calls` times, at most 8 at once. */
  many(calls: number): Promise<void>;
}

/** Loads only the system that is asked for: what one loads must not weigh on another. */
export async function loadSystem(name: string): Promise<System> {
  switch (name) {
    case "quorate":
      return (await import("./quorate.ts")).quorate;
    case "raw-timer":
      return (await import("./raw-timer.ts")).rawTimer;
    case "raw-signal":
      return (await import("./raw-signal.ts")).rawSignal;
    case "p-limit":
      return (await import("./limited.ts")).limitedBy((await import("p-limit")).default(AT_ONCE));
    default:
      throw new Error(`There is no system called ${name}.`);
  }
}
