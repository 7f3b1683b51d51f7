import { supervisor } from "../../../src/index.ts";
import { a2aAgent, type A2aQuestion } from "../../../src/a2a/index.ts";
import type { Store } from "../../../src/ports/index.ts";

/** A team of one, which is a peer elsewhere. */
export function peerTeam(
  at: string,
  store: Store,
  reply?: (question: A2aQuestion) => string | Promise<string>,
) {
  const asking = reply === undefined ? {} : { reply };
  const remote = a2aAgent({ name: "remote", url: at, allowPrivate: true, pollMs: 2, ...asking });
  return supervisor({ name: "far", agents: { remote }, retries: 0, backend: { store } });
}
