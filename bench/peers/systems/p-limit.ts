import type { Peer } from "../peer.ts";

export const peer: Peer = {
  imports: "p-limit",
  included: { timeout: "by hand", limit: "over runs", outcome: "first error" },
  async load() {
    const { default: pLimit } = await import("p-limit");
    const { limitedBy } = await import("../../systems/limited.ts");
    return limitedBy(pLimit);
  },
};
