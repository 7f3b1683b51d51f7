import type { Peer } from "../peer.ts";

export const peer: Peer = {
  included: { timeout: "aborts", limit: "W4: p-limit", outcome: "first error" },
  load: async () => (await import("../../systems/raw-timer.ts")).rawTimer,
};
