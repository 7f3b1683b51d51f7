import type { Peer } from "../peer.ts";

export const peer: Peer = {
  // By its file: within this folder, which is a package of its own, its name means nothing.
  imports: new URL("../../../dist/index.js", import.meta.url).href,
  included: {
    timeout: "with abort",
    retry: "1 more",
    limit: "over all runs",
    log: "in memory",
    verdict: "yes",
  },
  load: async () => (await import("../../systems/quorate.ts")).quorate,
};
