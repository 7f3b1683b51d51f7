import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { checkLog, untilAllEnded, workersOf } from "./workers.ts";
import { postgresServer } from "./server.ts";

/** A disk of a few MiB, where this process may mount one; else the tests are left out. */
function smallDisk(): { readonly path: string; unmount(): void } | undefined {
  const path = mkdtempSync(join(tmpdir(), "quorate-disk-"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=120m,mode=0711", "tmpfs", path]);
  if (mounted.status !== 0) {
    rmSync(path, { recursive: true });
    return undefined;
  }
  return {
    path,
    unmount() {
      spawnSync("umount", [path]);
      rmSync(path, { recursive: true });
    },
  };
}

const disk = smallDisk();

describe.skipIf(disk === undefined)("a database whose disk is full", () => {
  // Registered first, called last: its server is on it.
  afterAll(() => disk?.unmount());
  const server = postgresServer({
    own: true,
    ...(disk !== undefined && { root: disk.path }),
    flags: ["-c", "min_wal_size=32MB", "-c", "max_wal_size=32MB"],
  });

  it("keeps what it has, refuses what it has no room for, and goes on when there is room again", async () => {
    const path = disk?.path ?? "";
    const ballast = join(path, "ballast");
    const { team, backend, worker, stop, asked } = workersOf(server, {
      workMs: 5,
      patienceMs: 500,
    });
    const first = await team.run("before");
    const child = await worker();
    // As much as there is room for.
    const { bavail, bsize } = statfsSync(path);
    writeFileSync(ballast, Buffer.alloc(bavail * bsize));
    const left: string[] = [];
    let refusal: unknown;
    for (let task = 0; refusal === undefined; task += 1) {
      const runId = `large ${task}`;
      await team.enqueue(`${task} ${noise(task, 400_000)}`, { runId }).then(
        () => left.push(runId),
        (error: unknown) => (refusal = error),
      );
    }
    expect(refusal).toMatchObject({
      code: "STORE_FAILED",
      message: expect.stringMatching(/has no room left on its disk|cannot be reached|is starting/),
    });
    rmSync(ballast);
    // It may have ended for want of room for its own log.
    await backend.store.runs({ limit: 1 }).catch(async () => {
      await server.stop();
      await server.start();
    });
    await untilAllEnded(backend, left.length + 1);
    for (const runId of [first.runId, ...left]) checkLog(await backend.store.read(runId));
    for (const runId of left)
      for (const name of ["a", "b", "c"])
        expect(asked().filter((line) => line.endsWith(`${runId} ${name}`)).length).toBeGreaterThan(
          0,
        );
    expect((await team.run("after")).status).toBe("complete");
    await stop(child);
  });
});

/** Text that cannot be compressed. */
function noise(seed: number, chars: number): string {
  const bytes = new Uint32Array(Math.ceil(chars / 8));
  let state = seed + 1;
  for (let at = 0; at < bytes.length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state;
  }
  return Buffer.from(bytes.buffer).toString("hex");
}
