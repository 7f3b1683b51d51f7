import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pictureOf, screenOf } from "./screen.ts";
import { recorded, SESSIONS } from "./sessions.ts";

const pictures = resolve(import.meta.dirname, "../../docs/pictures");

/** Where the picture of a session is. */
export function pictureFile(name: string): string {
  return join(pictures, `terminal-${name}.svg`);
}

/** Records every session anew, and draws it. */
export async function recordTerminal(): Promise<void> {
  mkdirSync(pictures, { recursive: true });
  for (const session of SESSIONS) {
    const file = pictureFile(session.name);
    writeFileSync(file, pictureOf(await screenOf(recorded(session)), session.title));
    console.log(`wrote ${file}`);
  }
}
