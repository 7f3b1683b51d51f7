import type { Durable } from "../durable.ts";

export const durable: Durable = {
  in: "sqlite",
  included: {
    timeout: "aborts",
    retry: "1 more",
    limit: "over runs",
    log: "before seen",
    key: "yes",
    outcome: "each",
    verdict: "yes",
  },
  open: async (path) => (await import("../../systems/quorate-sqlite.ts")).openQuorate(path),
};
