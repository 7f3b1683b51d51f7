import { fileURLToPath } from "node:url";

/** Lets the processes of the tests share what Node makes of the sources: most of their time is that. */
export const COMPILED: Readonly<Record<string, string>> = {
  NODE_COMPILE_CACHE: fileURLToPath(new URL("../node_modules/.cache/compiled", import.meta.url)),
};
