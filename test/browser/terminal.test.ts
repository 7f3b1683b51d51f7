import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { linesIn, pictureOf, screenOf } from "./screen.ts";
import { recorded, SESSIONS } from "./sessions.ts";
import { pictureFile } from "./terminal.ts";

/** Without what differs from one recording to the next: ids, times, and how wide a column of times is. */
function settled(lines: readonly string[]): string {
  return (
    lines
      .join("\n")
      .replaceAll(/\b[0-9a-f]{8}(?:-[0-9a-f-]{27})?\b/g, "ID")
      .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d/g, "DATE")
      // When each call worked is other every time.
      .replaceAll(/(?<=\S) +[█▒·┈][█▒·┈ ]*(?= \d)/g, "")
      .replaceAll(/ +\d+(?:\.\d+)? (?:ms|s)\b/g, " TIME")
      .replaceAll(/ +time$/gm, " time")
      .replaceAll(/v\d+\.\d+\.\d+/g, "VERSION")
  );
}

describe("the sessions of the command line that are shown", () => {
  it.each(SESSIONS)(
    "$name says what the program says today (else: npm run test:browser -- --renew terminal)",
    async (session) => {
      const today = await screenOf(recorded(session));
      const shown = linesIn(readFileSync(pictureFile(session.name), "utf8"));
      expect(settled(shown)).toBe(settled(linesIn(pictureOf(today, session.title))));
      expect(shown.every((line) => line.length <= 80)).toBe(true);
      expect(shown.length).toBeGreaterThan(10);
    },
  );

  it("are drawn as they stand on the screen, line by line", async () => {
    const rows = await screenOf("one\r\n\u001B[31mtwo\u001B[39m  & <b>\r\n   three\r\u001B[2Kfour");
    expect(linesIn(pictureOf(rows, "A title"))).toEqual(["one", "two  & <b>", "four"]);
  });
});
