import { connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** What is done with a message to the server: passed on, cut off before it or in its middle, or passed on and its answer cut off. */
export type Cut = "before" | "within" | "after" | undefined;

/** A way to a server that is cut where a test says. */
export interface CuttingProxy {
  /** The server's address by this way. */
  readonly url: string;
  /** How often it was cut. */
  readonly cuts: number;
}

/** Passes on what is sent to a server and back; `cut` is asked about each message to it. */
export async function cuttingProxy(
  url: string,
  cut: (message: string) => Cut,
): Promise<CuttingProxy> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  let cuts = 0;
  const proxy = createServer((near) => {
    const far = connect(Number(port), hostname);
    const pair = [near, far];
    const end = (): void => pair.forEach((socket) => socket.destroy());
    for (const socket of pair) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", end);
      socket.on("close", () => {
        sockets.delete(socket);
        end();
      });
    }
    near.on("data", (message: Buffer) => {
      const how = cut(message.toString("latin1"));
      if (how === undefined) return void far.write(message);
      cuts += 1;
      // The server has it, and nobody hears its answer; or has a part of it, or nothing.
      far.removeAllListeners("data");
      if (how === "after") return void far.write(message, () => near.destroy());
      if (how === "within") far.write(message.subarray(0, Math.floor(message.length / 2)));
      far.end();
      near.destroy();
    });
    far.on("data", (message) => near.write(message));
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    proxy.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = proxy.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const way = new URL(url);
  way.port = `${address.port}`;
  return {
    url: way.href,
    get cuts() {
      return cuts;
    },
  };
}

/** Numbers from 0 to 1, the same for the same seed. */
export function drawing(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
