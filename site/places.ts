import { join, resolve } from "node:path";

/** The project. */
export const root: string = resolve(import.meta.dirname, "..");
/** What the site is built from. */
export const stage: string = join(import.meta.dirname, ".pages");
/** The site. */
export const built: string = join(import.meta.dirname, ".built");
