import { createServer, type AddressInfo, type Socket } from "node:net";
import { createInterface } from "node:readline";
import type { AgentPeer, PeerStep } from "../../src/testing/index.ts";

export interface ProgramPeer extends AgentPeer, AsyncDisposable {
  /** How to start a program that does what the script says. */
  readonly command: string;
  readonly args: readonly string[];
}

/** The other side of a program's agent: real processes, each of which asks here what it is to do. */
export async function programPeer(
  program: string = new URL("processes/peer.ts", import.meta.url).pathname,
): Promise<ProgramPeer> {
  const [steps, asked]: [PeerStep[], string[]] = [[], []];
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    socket.on("close", () => open.delete(socket)).on("error", () => {});
    const lines = createInterface(socket).on("error", () => {});
    lines.once("line", (line) => {
      open.add(socket);
      asked.push((JSON.parse(line) as { readonly asked: string }).asked);
      const step = steps.length > 1 ? steps.shift() : steps[0];
      socket.write(`${JSON.stringify(step)}\n`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    follow: (...next) => void steps.splice(0, Infinity, ...next),
    asked,
    get atWork() {
      return open.size;
    },
    command: process.execPath,
    args: ["--no-warnings", program, String((server.address() as AddressInfo).port)],
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
