import type { Mode } from "./options.ts";

/** What the graph has to know of a place in the team. */
interface Node {
  readonly name: string;
  readonly needs: readonly number[];
}

/**
 * For each place, those that must have ended before it begins: what it needs, and in sequence also the one before it.
 * Only `planned` ones count; what is needed is always planned.
 */
export function prerequisites(
  nodes: readonly Node[],
  mode: Mode,
  planned: readonly number[],
): ReadonlyMap<number, readonly number[]> {
  const before = new Map<number, readonly number[]>();
  let previous: number | undefined;
  for (const index of planned) {
    const needs = nodes[index]?.needs ?? [];
    const waits =
      mode === "sequence" && previous !== undefined && !needs.includes(previous)
        ? [...needs, previous]
        : needs;
    before.set(index, waits);
    previous = index;
  }
  return before;
}

/** Refuses a team that could never finish: a circle of needs, or in sequence a need that comes later. */
export function checkOrder(
  nodes: readonly Node[],
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
        refuse(`has agents that wait for each other: ${circle}; take one of these needs away`);
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
      refuse(`is in sequence and has "${name(index)}" before "${name(need)}", which it needs; swap them`);
    }
  }
}

/**
 * Begins every place as soon as all that it waits for have ended, and resolves when all have. `begin` must not reject
 * but to stop the run: then nothing more begins, and this rejects with the first reason once all that began have ended.
 */
export function runGraph(
  before: ReadonlyMap<number, readonly number[]>,
  begin: (index: number) => Promise<void>,
): Promise<void> {
  const waiting = new Map<number, number>();
  const after = new Map<number, number[]>();
  const ready: number[] = [];
  for (const [index, waits] of before) {
    if (waits.length === 0) ready.push(index);
    else waiting.set(index, waits.length);
    for (const wait of waits) {
      const dependents = after.get(wait);
      if (dependents === undefined) after.set(wait, [index]);
      else dependents.push(index);
    }
  }
  if (before.size === 0) return Promise.resolve();

  return new Promise((resolve, reject) => {
    let unfinished = before.size;
    let inFlight = 0;
    let stopped: { readonly reason: unknown } | undefined;

    const start = (index: number): void => {
      inFlight++;
      begin(index).then(
        () => ended(index),
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
        for (const dependent of after.get(index) ?? []) {
          const left = (waiting.get(dependent) ?? 0) - 1;
          waiting.set(dependent, left);
          if (left === 0) start(dependent);
        }
        if (unfinished === 0) resolve();
      } else if (inFlight === 0) {
        reject(stopped.reason);
      }
    };
    for (const index of ready) start(index);
  });
}
