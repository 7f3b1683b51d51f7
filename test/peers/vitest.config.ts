import { defineConfig } from "vitest/config";

// Real programs and real packages, a folder each; test/peers/main.ts installs them.
export default defineConfig({
  test: {
    include: ["test/peers/*/*.test.ts"],
    globalSetup: "test/temp-root.ts",
    setupFiles: ["test/setup.ts"],
    env: { FC_SEED: "20261122" },
    // They start in seconds, and on a machine that is busy in tens of them.
    testTimeout: 240_000,
    maxWorkers: 1,
  },
});
