import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { columnsOf } from "../../src/cli/shown/wrap.ts";
import { folder } from "../cli/command.ts";
import { COMPILED } from "../compiled.ts";

const MAIN = fileURLToPath(new URL("../../examples/help-desk/main.ts", import.meta.url));

function helpDesk(): Promise<{ readonly code: number | null; readonly page: string }> {
  const child = spawn(process.execPath, [MAIN], {
    cwd: folder(),
    env: { ...process.env, ...COMPILED },
  });
  let page = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (page += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (page += text));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, page })));
}

describe("the help desk", () => {
  it("pays less with everything that saves, and decides the same", async () => {
    const { code, page } = await helpDesk();
    expect(code).toBe(0);
    const charged = [...page.matchAll(/\$(\d\.\d{4}) /g)].map(([, money]) => Number(money));
    expect(charged).toHaveLength(5);
    const [plain = 0, once = 0, kept = 0, batched = 0, tiered = 0] = charged;
    expect(once).toBeLessThan(plain);
    expect(kept).toBeLessThan(once);
    expect(batched).toBeLessThan(kept);
    expect(tiered).toBeLessThan(batched);
    // The savings are the workload's, and large; how large depends on which calls meet.
    expect(tiered).toBeLessThan(plain / 3);
    expect(page).toContain("All five came to the same sixty decisions.");
    for (const line of page.split("\n")) expect(columnsOf(line)).toBeLessThanOrEqual(80);
  });
});
