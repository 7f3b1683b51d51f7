import type { RunEvent } from "../../model/events.ts";
import { clip, plain } from "../../model/text.ts";

const MAX_NAME_CHARS = 100;
/** The most progress messages of one call, so that an endless run does not flood its client. */
const MAX_TOLD = 1_000;

/** Reports a run's progress in Quorate's own sentences, which contain agents' names but none of their texts. */
export function progressTeller(
  tell: (told: { readonly progress: number; readonly message: string }) => Promise<void>,
): (event: RunEvent) => Promise<void> {
  let told = 0;
  return async (event) => {
    const message = told < MAX_TOLD ? messageOf(event) : undefined;
    if (message === undefined) return;
    told++;
    // It must grow, also if the same call waits a second time.
    await tell({ progress: event.seq, message });
  };
}

function messageOf(event: RunEvent): string | undefined {
  switch (event.type) {
    case "call.started":
      return `${event.attempt === 1 ? "asked" : "asked again"}: ${named(event.agent)}`;
    case "call.succeeded":
      return `answered: ${named(event.agent)}`;
    case "call.reused":
      return `answered before: ${named(event.agent)}`;
    case "call.failed":
      return `failed: ${named(event.agent)} (${event.error.code})`;
    case "call.skipped":
      return `not asked: ${named(event.agent)}`;
    case "conflict.found":
      return "they disagree";
    case "run.waiting":
      return "a person has to decide";
    case "run.resumed":
      return "the run continues";
    default:
      return undefined;
  }
}

const named = (name: string): string => clip(plain(name), MAX_NAME_CHARS);
