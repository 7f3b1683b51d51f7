import type { Mode } from "./run-options.ts";

/** What the graph needs to know about a place in the team. */
export interface GraphNode {
  readonly name: string;
  readonly needs: readonly number[];
}

/** Which places wait for which others, among those that are asked. Read only: it serves many runs. */
export interface Graph {
  readonly size: number;
  /** Places that wait for none. */
  readonly ready: readonly number[];
  /** By place: how many others it waits for. */
  readonly waits: readonly number[];
  /** By place: those that wait for it. */
  readonly after: readonly (readonly number[])[];
}

/**
 * The graph of the `planned` places: each waits for those that it needs, and in sequence also for the one before it. A needed
 * place is always planned.
 */
export function makeGraph(
  nodes: readonly GraphNode[],
  mode: Mode,
  planned: readonly number[],
): Graph {
  const ready: number[] = [];
  const waits = nodes.map(() => 0);
  const after = nodes.map((): number[] => []);
  let previous: number | undefined;
  for (const index of planned) {
    const before = new Set(nodes[index]?.needs);
    if (mode === "sequence" && previous !== undefined) before.add(previous);
    if (before.size === 0) ready.push(index);
    waits[index] = before.size;
    for (const other of before) after[other]?.push(index);
    previous = index;
  }
  return { size: planned.length, ready, waits, after };
}

/** Refuses a team that could never finish: a circle of needs, or in sequence a need that comes later. */
export function checkOrder(
  nodes: readonly GraphNode[],
  mode: Mode,
  refuse: (why: string) => never,
): void {
  const state = new Map<number, "open" | "closed">();
  const path: number[] = [];
  const name = (index: number): string => nodes[index]?.name ?? "?";

  // Depth first without recursion: a chain of needs may be as long as the team.
  const visit = (start: number): void => {
    const stack: { readonly index: number; next: number }[] = [{ index: start, next: 0 }];
    state.set(start, "open");
    path.push(start);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const need = nodes[top.index]?.needs[top.next++];
      if (need === undefined) {
        state.set(top.index, "closed");
        path.pop();
        stack.pop();
      } else if (state.get(need) === "open") {
        const circle = [...path.slice(path.indexOf(need)), need].map(name).join(" needs ");
        refuse(`has agents that wait for each other: ${circle}; remove one of these needs`);
      } else if (!state.has(need)) {
        state.set(need, "open");
        path.push(need);
        stack.push({ index: need, next: 0 });
      }
    }
  };
  for (const index of nodes.keys()) if (!state.has(index)) visit(index);

  if (mode === "parallel") return;
  for (const [index, { needs }] of nodes.entries()) {
    for (const need of needs) {
      if (need < index) continue;
      refuse(
        `is in sequence and has "${name(index)}" before "${name(need)}", which it needs; swap them`,
      );
    }
  }
}

/**
 * Asks every place as soon as all that it waits for have ended, and resolves when all have. A rejection of `ask` stops the
 * run: no further place is asked, and this rejects with the first reason once all that were asked have ended.
 */
export function runGraph<Team, T>(
  { size, ready, waits, after }: Graph,
  team: Team,
  ask: (team: Team, index: number) => Promise<T>,
  keep: (index: number, answer: T) => void,
): Promise<void> {
  if (size === 0) return Promise.resolve();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Counted down only if some place waits.
  const left = ready.length === size ? waits : [...waits];
  let unfinished = size;
  let inFlight = 0;
  let stopped: { readonly reason: unknown } | undefined;

  const follow = (index: number, asking: Promise<T>): void => {
    inFlight++;
    asking.then(
      (answer) => {
        keep(index, answer);
        ended(index);
      },
      (reason: unknown) => {
        stopped ??= { reason };
        ended(index);
      },
    );
  };
  const ended = (index: number): void => {
    inFlight--;
    unfinished--;
    if (stopped === undefined) {
      for (const next of after[index] ?? NOBODY) {
        const others = (left[next] ?? 0) - 1;
        (left as number[])[next] = others;
        if (others === 0) follow(next, ask(team, next));
      }
      if (unfinished === 0) resolve();
    } else if (inFlight === 0) {
      reject(stopped.reason);
    }
  };
  for (const index of ready) follow(index, ask(team, index));
  return promise;
}

const NOBODY: readonly number[] = [];
