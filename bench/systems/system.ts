/** The attempt's limit in every system: the default of Quorate. No measurement but W5 comes near it. */
export const TIMEOUT_MS = 30_000;

/** How many agents one coordination asks. */
export const AGENTS = 8;

/** How many calls run at once where calls are many: the default of Quorate. */
export const AT_ONCE = 8;

/** Answers by the names of the agents that gave them. */
export type Answers = Readonly<Record<string, number>>;

/** What an agent does with a task. */
export type Run = (
  task: number,
  context: { readonly signal?: AbortSignal | undefined; readonly results: Answers },
) => Promise<number>;

/** Answers with its task at once. */
export const echo: Run = async (task) => task;

/** Answers with its task, when it has been at work for so long. */
export function working(workMs: number): Run {
  return (task) => new Promise((resolve) => setTimeout(resolve, workMs, task));
}

/** Never answers, and does not hear that it is given up. */
export const deaf: Run = () => new Promise(() => {});

/** The names of a team's agents. */
export function agentNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `agent-${index + 1}`);
}

/** Coordinates agents. */
export interface System {
  /** Asks 8 agents in parallel and joins their answers; `times` such coordinations, one after another. */
  fanOut(times: number): Promise<void>;
  /** Asks 8 agents in turn, each given the answers before it. */
  sequence(times: number): Promise<void>;
  /** Asks one agent `calls` times, at most 8 at once. */
  many(calls: number): Promise<void>;
  /** So many coordinations of 8 agents that are at work for a while, all begun at once; at most 8 agents at work over all of them. */
  busy(coordinations: number, workMs: number): Promise<unknown>;
  /** Asks so many deaf agents at once under a timeout. Resolves to of how many the caller is told that they have been given up. */
  deaf(agents: number, timeoutMs: number): Promise<number>;
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
      return (await import("./limited.ts")).limitedBy((await import("p-limit")).default);
    default:
      throw new Error(`There is no system called ${name}.`);
  }
}
