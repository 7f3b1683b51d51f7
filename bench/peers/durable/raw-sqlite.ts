import type { Durable } from "../durable.ts";

export const durable: Durable = {
  in: "sqlite",
  included: { timeout: "aborts", log: "2 rows a call", outcome: "first error" },
  open: async (path) => (await import("../../systems/raw-sqlite.ts")).openRaw(path),
};
