import { statSync } from "node:fs";
import { resolve } from "node:path";
import { loadedBy } from "../../scripts/imports.ts";
import type { Workload } from "../workload.ts";

const KIB = 1_024;
const entry = resolve(import.meta.dirname, "../../dist/index.js");

/** The size of the core: every file of `dist` that its entry loads, as it is published. */
export const loaded: Workload = {
  id: "W7s",
  title: "what importing the core entry loads",
  systems: ["quorate"],
  shown: [
    { metric: "kib", unit: "KiB" },
    { metric: "files", unit: "files" },
  ],
  rounds: { full: 1, quick: 1 },
  size: { full: 1, quick: 1 },
  fresh: false,
  async measure() {
    const { files } = loadedBy(entry);
    const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
    return { bytes, kib: bytes / KIB, files: files.length };
  },
  goals: [],
};
