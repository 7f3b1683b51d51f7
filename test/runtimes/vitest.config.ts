import { join } from "node:path";
import { defineConfig } from "vitest/config";

// The packed package, on every runtime that it is for. Each test is a process or more of its own.
export default defineConfig({
  root: join(import.meta.dirname, "../.."),
  test: {
    include: ["test/runtimes/**/*.test.ts"],
    globalSetup: "test/temp-root.ts",
    testTimeout: 120_000,
    maxWorkers: 1,
  },
});
