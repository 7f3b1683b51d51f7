import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { folder, quorate, start, team } from "./command.ts";

// Processes of their own take their time where many others run.
vi.setConfig({ testTimeout: 120_000 });

const COMMANDS: readonly (readonly string[])[] = [
  ["runs"],
  ["run", team("other"), "--input", "-"],
  ["resume", team("other"), "--all"],
];

/** What every command says of `--db NAME`, in one line; it ends, and with exit code 2. */
async function refusals(cwd: string, name: string): Promise<readonly string[]> {
  return Promise.all(
    COMMANDS.map(async (command) => {
      const { code, stdout, stderr } = await quorate([...command, "--db", name], cwd, "{}");
      expect([code, stdout, stderr.trimEnd().split("\n").length]).toEqual([2, "", 1]);
      return stderr.trimEnd();
    }),
  );
}

describe("a database on a server", () => {
  it("is waited for where it cannot be reached, and not in silence", async () => {
    const closed = createServer().listen(0, "127.0.0.1");
    await once(closed, "listening");
    const { port } = closed.address() as AddressInfo;
    await new Promise((done) => closed.close(done));
    const address = `postgres://quorate@127.0.0.1:${port}/quorate`;
    const { child, finished, printed } = start(["runs", "--db", address], folder());
    await printed(`quorate: waiting for the database ${address}, which does not answer yet`);
    child.kill("SIGTERM");
    expect((await finished).stdout).toBe("");
  });
});

describe.skipIf(process.platform === "win32")("a database that is no file", () => {
  it("is refused at once when it is a named pipe", async () => {
    const cwd = folder();
    execFileSync("mkfifo", [join(cwd, "pipe")]);
    for (const said of await refusals(cwd, "pipe"))
      expect(said).toMatch(
        /The store ".*pipe" is a named pipe, not a file: choose another path\.$/,
      );
  });

  it("is refused when it is a folder, also with a slash behind it, and by a link", async () => {
    const cwd = folder();
    mkdirSync(join(cwd, "there"));
    symlinkSync("there", join(cwd, "link"));
    for (const name of ["there", "there/", ".", "link"]) {
      for (const said of await refusals(cwd, name))
        expect(said).toContain(`${name} is a folder; name a file with --db FILE.`);
    }
  });

  it("is refused when it is a device", async () => {
    for (const said of await refusals(folder(), "/dev/null"))
      expect(said).toContain('The store "/dev/null" is a device, not a file');
  });

  it("is refused when its name is empty", async () => {
    for (const said of await refusals(folder(), ""))
      expect(said).toContain("The database has no name; name a file with --db FILE.");
  });

  it("is refused when it is a link to itself", async () => {
    const cwd = folder();
    symlinkSync("loop.db", join(cwd, "loop.db"));
    await refusals(cwd, "loop.db");
  });

  it("is refused when it lies below a file", async () => {
    const cwd = folder();
    writeFileSync(join(cwd, "file"), "");
    await refusals(cwd, "file/runs.db");
  });
});
