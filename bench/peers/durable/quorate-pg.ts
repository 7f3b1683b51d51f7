import type { Durable } from "../durable.ts";

export const durable: Durable = {
  in: "postgres",
  slower: 2,
  included: {
    timeout: "aborts",
    retry: "1 more",
    limit: "over runs",
    log: "before seen",
    key: "yes",
    outcome: "each",
    verdict: "yes",
  },
  open: async (url) => (await import("../../systems/quorate-postgres.ts")).openPostgres(url),
};
