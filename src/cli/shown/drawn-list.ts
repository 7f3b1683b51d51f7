import { writeSync } from "node:fs";
import { Listr, type ListrTask } from "listr2";

/** How a line ended: with a tick, a cross, or an arrow. */
export type LineStatus = "ok" | "failed" | "skipped";

/** Lines that are redrawn in place, each with a spinner until it ends. */
export interface DrawnList {
  set(line: number, text: string): void;
  /** Ends a line for good; a second end is ignored. */
  end(line: number, ending: LineStatus): void;
  isOpen(line: number): boolean;
  /** Resolves when every line has ended and the last state stands on the screen. */
  readonly done: Promise<void>;
}

/** Draws one line per text on standard output, in order. Texts may be coloured; what is too wide is cut. */
export function drawnList(texts: readonly string[]): DrawnList {
  const lines = texts.map(drawnLine);
  const listr = new Listr(
    lines.map(({ task }) => task),
    {
      concurrent: true,
      exitOnError: false,
      // Signals belong to the command, which cancels the run and waits for it.
      registerSignalListeners: false,
      rendererOptions: {
        collapseErrors: false,
        showErrorMessage: false,
        showSkipMessage: false,
        formatOutput: "truncate",
      },
    },
  );
  return {
    set: (line, text) => lines[line]?.set(text),
    end: (line, ending) => lines[line]?.end(ending),
    isOpen: (line) => lines[line]?.isOpen() ?? false,
    done: withCursorAtExit(listr.run()),
  };
}

const SHOW_CURSOR = "\u001B[?25h";

// listr2 hides the cursor and holds back what is written meanwhile, also what would bring the cursor back when the
// process ends at once.
async function withCursorAtExit(drawing: Promise<unknown>): Promise<void> {
  const show = (): void => {
    writeSync(process.stdout.fd, SHOW_CURSOR);
  };
  process.once("exit", show);
  try {
    await drawing;
  } finally {
    process.off("exit", show);
  }
}

interface DrawnLine {
  readonly task: ListrTask;
  set(text: string): void;
  end(ending: LineStatus): void;
  isOpen(): boolean;
}

function drawnLine(first: string): DrawnLine {
  // What is told before listr2 has come to start the line is kept for then.
  let text = first;
  let ended: LineStatus | undefined;
  let draw = (): void => {};
  let settle = (_ending: LineStatus): void => {};
  return {
    task: {
      title: first,
      task: (_context, task) =>
        new Promise<void>((resolve, reject) => {
          draw = () => {
            task.title = text;
          };
          settle = (ending) => {
            if (ending === "skipped") task.skip();
            if (ending === "failed") reject(new Error(text));
            else resolve();
          };
          draw();
          if (ended !== undefined) settle(ended);
        }),
    },
    set(next) {
      text = next;
      draw();
    },
    end(ending) {
      if (ended !== undefined) return;
      ended = ending;
      settle(ending);
    },
    isOpen: () => ended === undefined,
  };
}
