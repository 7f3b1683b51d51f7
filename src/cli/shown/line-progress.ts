import { eventText } from "./event-line.ts";
import type { Progress } from "./progress.ts";
import { duration } from "../../report/quantities.ts";
import type { Terminal } from "./terminal.ts";
import { clip, padStart } from "./wrap.ts";

const TIME_COLUMNS = 11;

/** One plain line per event, in order, for pipes and logs. What agents emit while they work is left out. */
export function lineProgress(screen: Terminal, verdicts: boolean): Progress {
  return {
    update(event, run) {
      if (event.type === "call.progress") return;
      if (!verdicts && (event.type === "conflict.found" || event.type === "verdict.reached"))
        return;
      const time = padStart(duration(event.atMs - run.startedAtMs), TIME_COLUMNS);
      screen.print(clip(`${time}  ${eventText(event)}`, screen.columns));
    },
    notice: (text) => screen.print(text),
    end() {},
  };
}
