import { join, resolve } from "node:path";

/** The project's folder. */
export const root: string = resolve(import.meta.dirname, "..");
/** The folder of the pages from which the site is built. */
export const stage: string = join(import.meta.dirname, ".pages");
/** The folder of the built site. */
export const built: string = join(import.meta.dirname, ".built");
