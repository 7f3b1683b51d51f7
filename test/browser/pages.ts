import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunEvent } from "../../src/index.ts";
import { htmlPage } from "../../src/report/index.ts";
import { demoEvents } from "../dashboard/demo-run.ts";
import { hostileEvents } from "../dashboard/hostile-run.ts";

/** Pages of runs in files, which are removed when it is disposed of. */
export interface Pages extends Disposable {
  /** As far as to a question that a person is asked. */
  readonly demo: string;
  /** To its end. */
  readonly decided: string;
  readonly hostile: string;
  readonly of: (name: string, events: readonly RunEvent[]) => string;
}

export async function makePages(): Promise<Pages> {
  const folder = mkdtempSync(join(tmpdir(), "quorate-pages-"));
  const of = (name: string, events: readonly RunEvent[]): string => {
    const file = join(folder, `${name}.html`);
    writeFileSync(file, htmlPage(events));
    return file;
  };
  return {
    demo: of("demo", await demoEvents()),
    decided: of("decided", await demoEvents({ decided: true })),
    hostile: of("hostile", await hostileEvents()),
    of,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
