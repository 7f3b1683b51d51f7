import { defineConfig } from "vitest/config";

// The page in a real browser, which test/browser/main.ts installs.
export default defineConfig({
  test: {
    include: ["test/browser/*.test.ts"],
    globalSetup: "test/temp-root.ts",
    setupFiles: ["test/setup.ts"],
    env: { FC_SEED: "20261122" },
    // A browser starts in seconds, and on a machine that is busy in tens of them.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    maxWorkers: 1,
  },
});
