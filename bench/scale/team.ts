import { agent, supervisor, type Backend } from "../../src/index.ts";

/** Eight agents that do nothing, all elsewhere where `far`. */
export function teamOf(backend: Backend, far: boolean) {
  const names = ["a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8"] as const;
  const agents = Object.fromEntries(
    names.map((name) => [name, agent({ name, run: (_task: number) => "ship" })]),
  );
  const name = far ? "far" : "near";
  return supervisor({ name, agents, backend, ...(far && { elsewhere: [...names] }) });
}
