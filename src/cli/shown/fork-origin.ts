import type { ForkOf } from "../../model/events.ts";
import { count } from "../../report/quantities.ts";
import type { RunView } from "../../report/run-view.ts";
import { safeText } from "./safe-text.ts";
import { shortId } from "./short-id.ts";
import type { Terminal } from "./terminal.ts";
import { wrap } from "./wrap.ts";

/** What is said of a run that was gone on with under another description of its supervisor. */
export const CHANGED = "its supervisor has changed since, and only what has not is reused";

/** `a fork of run 1a2b3c4d, with security asked again`. */
export function forkText({ runId, from }: ForkOf): string {
  const anew = from === undefined ? "" : `, with ${safeText(from)} asked again`;
  return `a fork of run ${shortId(runId)}${anew}`;
}

/** What a run goes back to besides its own task: the run that it is a fork of, and that it stopped in between. */
export function originLines({ forkOf, resumed }: RunView, screen: Terminal): string[] {
  const sentences = [
    ...(forkOf === undefined ? [] : [forkText(forkOf)]),
    ...(resumed.length === 0
      ? []
      : [resumed.length === 1 ? "resumed once" : `resumed ${count(resumed.length, "time")}`]),
    ...(resumed.some(({ changed }) => changed) ? [CHANGED] : []),
  ];
  return sentences.length === 0
    ? []
    : wrap(sentences.join("; "), screen.columns).map((line) => screen.style("quiet", line));
}
