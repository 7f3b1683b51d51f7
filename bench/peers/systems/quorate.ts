import type { Peer } from "../peer.ts";

export const peer: Peer = {
  // By its file: within this folder, which is a package of its own, its name means nothing.
  imports: new URL("../../../dist/index.js", import.meta.url).href,
  included: {
    timeout: "aborts",
    retry: "1 more",
    limit: "over runs",
    log: "in memory",
    outcome: "each",
    verdict: "yes",
  },
  load: async () => (await import("../../systems/quorate.ts")).quorate,
};
