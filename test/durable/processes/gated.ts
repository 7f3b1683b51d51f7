import { existsSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { agent, supervisor } from "../../../src/index.ts";
import type { Store } from "../../../src/ports/index.ts";
import type { Durable, Pay } from "./teams.ts";

export interface Gated {
  readonly store: Store;
  readonly pay: Pay;
  /** `slow` answers when there is a file here. */
  readonly gate: string;
  readonly name?: string;
}

/** One agent that answers at once, and one that is under way for as long as a test wants. */
export function gatedTeam({ store, pay, gate, name = "gated" }: Gated): Durable {
  const fast = agent({
    name: "fast",
    run: (_task: unknown, context) => {
      pay(context);
      return { recommendation: "ship" };
    },
  });
  const slow = agent({
    name: "slow",
    needs: { fast },
    run: async (_task: unknown, context) => {
      pay(context);
      while (!existsSync(gate)) await setTimeout(5, undefined, { signal: context.signal });
      return { recommendation: "hold" };
    },
  });
  return supervisor({ name, agents: { fast, slow }, backend: { store } }) as Durable;
}
