import { describe, expect, it } from "vitest";
import { folder, quorate, start, team } from "./command.ts";

/** What stands after a word on a line of its own. */
function after(word: string, text: string): string {
  return new RegExp(`^${word} (\\S+)`, "m").exec(text)?.[1] ?? "";
}

describe("quorate serve", () => {
  it("listens at this machine's own address, lets in its token and its code once, and stops in order", async () => {
    const { child, finished, printed } = start(["serve", team("echo"), "--port", "0"], folder());
    let said = "";
    child.stdout?.on("data", (part) => (said += String(part)));
    await printed("Ctrl-C stops it");
    const opened = new URL(after("open", said));
    expect(opened.hostname).toBe("127.0.0.1");
    const api = new URL("/api/", opened);
    const Authorization = `Bearer ${after("token", said)}`;
    expect((await fetch(new URL("runs", api))).status).toBe(401);
    expect(
      await (await fetch(new URL("runs", api), { headers: { Authorization } })).json(),
    ).toEqual({ runs: [] });
    const signIn = () =>
      fetch(new URL("session", api), {
        method: "POST",
        headers: { Origin: opened.origin, "Content-Type": "application/json" },
        body: JSON.stringify({ code: opened.hash.slice("#code=".length) }),
      });
    expect((await signIn()).status).toBe(200);
    expect((await signIn()).status).toBe(401);
    child.kill("SIGTERM");
    const { code, stderr } = await finished;
    expect([code, stderr]).toEqual([0, ""]);
  });

  it("refuses to listen where others can reach it without a token that was given, and says no secret", async () => {
    const open = await quorate(["serve", team("echo"), "--host", "0.0.0.0"], folder());
    expect(open.code).toBe(2);
    expect(open.stderr).toContain("no token was given");
    const short = await quorate(["serve", team("echo"), "--port", "0"], folder(), "", {
      QUORATE_TOKEN: "too-short-secret",
    });
    expect(short.code).toBe(2);
    expect(`${short.stdout}${short.stderr}`).not.toContain("too-short-secret");
  });
});
