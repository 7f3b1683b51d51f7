import type { Peer } from "../peer.ts";

export const peer: Peer = {
  included: { timeout: "aborts", limit: "W4: p-limit", outcome: "first error" },
  cannot: { W5: "its timers do not hold the process: Node leaves before they ring" },
  load: async () => (await import("../../systems/raw-signal.ts")).rawSignal,
};
