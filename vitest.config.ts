import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    // Tests take fake time; what takes longer than this hangs.
    testTimeout: 20_000,
    maxWorkers: 2,
  },
});
