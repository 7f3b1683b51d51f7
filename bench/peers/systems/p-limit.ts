import { AT_ONCE } from "../../systems/system.ts";
import type { Peer } from "../peer.ts";

export const peer: Peer = {
  imports: "p-limit",
  included: { timeout: "with abort", limit: "over all runs" },
  async load() {
    const { default: pLimit } = await import("p-limit");
    const { limitedBy } = await import("../../systems/limited.ts");
    return limitedBy(pLimit(AT_ONCE));
  },
};
