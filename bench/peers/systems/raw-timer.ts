import type { Peer } from "../peer.ts";

export const peer: Peer = {
  included: { timeout: "with abort", limit: "in W3" },
  load: async () => (await import("../../systems/raw-timer.ts")).rawTimer,
};
