import { writeFile } from "node:fs/promises";
import { QuorateError } from "../model/errors.ts";
import type { RunEvent } from "../model/events.ts";
import { htmlPage, type HtmlPageOptions } from "../report/html.ts";
import { givenPath } from "./given-path.ts";
import { shellPath } from "./shell-word.ts";

/** Writes the page of a run to a file, in the place of what is there. Rejects with `BAD_OPTIONS` where that cannot be written. */
export async function writePage(
  file: string,
  events: readonly RunEvent[],
  options: HtmlPageOptions = {},
): Promise<void> {
  const page = htmlPage(events, options);
  try {
    await writeFile(givenPath(file), page);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new QuorateError(
      "BAD_OPTIONS",
      `the page cannot be written to ${shellPath(file)}; name a file that can be: ${why}`,
      { cause: error },
    );
  }
}
