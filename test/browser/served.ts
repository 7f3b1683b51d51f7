import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { RunEvent } from "../../src/index.ts";
import { sqlite } from "../../src/sqlite/index.ts";

const root = resolve(import.meta.dirname, "../..");

/** A server of the review board as a process of its own, with a line to it that can be cut. */
export interface Served extends AsyncDisposable {
  /** With "/" at its end. By way of the line. */
  readonly url: string;
  readonly token: string;
  /** Nothing goes through any more, and nobody is let in, until `mend`. */
  readonly cut: () => void;
  readonly mend: () => void;
}

/** Serves `test/dashboard/teams/board.ts` by `quorate serve`, with these runs in its database. */
export async function serveBoard(logs: readonly (readonly RunEvent[])[]): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), "quorate-served-"));
  const path = join(folder, "quorate.db");
  await keep(path, logs);
  const token = "a-token-of-the-tests-as-long-as-it-has-to-be";
  const child = spawn(
    process.execPath,
    [
      join(root, "dist/cli/main.js"),
      "serve",
      join(root, "test/dashboard/teams/board.ts"),
      "--port",
      "0",
      "--db",
      path,
    ],
    {
      cwd: folder,
      env: { ...process.env, QUORATE_TOKEN: token },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  try {
    const line = await lineTo(await portOf(child));
    return {
      url: `http://127.0.0.1:${line.port}/`,
      token,
      cut: line.cut,
      mend: line.mend,
      async [Symbol.asyncDispose]() {
        await line.close();
        await ended(child);
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await ended(child);
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function keep(path: string, logs: readonly (readonly RunEvent[])[]): Promise<void> {
  const { store } = sqlite({ path });
  for (const events of logs) {
    await store.append(events);
    const [first] = events;
    if (first !== undefined) await store.release(first.runId, 1);
  }
  await store.close();
}

async function portOf(child: ChildProcess): Promise<number> {
  const said: string[] = [];
  child.stderr?.on("data", (text) => said.push(String(text)));
  const { stdout } = child;
  if (stdout === null) throw new Error("The server has no output.");
  for await (const text of createInterface({ input: stdout })) {
    said.push(text);
    const [, port] = /http:\/\/127\.0\.0\.1:(\d+)/.exec(text) ?? [];
    if (port !== undefined) return Number(port);
  }
  throw new Error(`The server said no port: ${said.join("\n")}`);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  await exit;
}

interface Line {
  readonly port: number;
  readonly cut: () => void;
  readonly mend: () => void;
  readonly close: () => Promise<void>;
}

/** Passes on what comes to a port of its own. */
async function lineTo(port: number): Promise<Line> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((socket) => {
    if (isCut) {
      socket.destroy();
      return;
    }
    const other = connect(port, "127.0.0.1");
    for (const one of [socket, other]) {
      sockets.add(one);
      one.on("error", () => {});
      one.on("close", () => {
        sockets.delete(one);
        socket.destroy();
        other.destroy();
      });
    }
    socket.pipe(other).pipe(socket);
  });
  const drop = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      isCut = true;
      drop();
    },
    mend() {
      isCut = false;
    },
    async close() {
      drop();
      server.close();
      await once(server, "close");
    },
  };
}
