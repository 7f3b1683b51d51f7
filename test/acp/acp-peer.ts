import { createServer, type AddressInfo, type Socket } from "node:net";
import { createInterface } from "node:readline";
import type { CodingPeer, CodingStep } from "../../src/testing/index.ts";
import type { HostileStep } from "./processes/agent.ts";

/** What the agent of these tests does when it is prompted. */
export type AcpStep = CodingStep | HostileStep;

export interface AcpPeer extends CodingPeer, AsyncDisposable {
  follow(...steps: readonly AcpStep[]): void;
  /** How to start an agent that does what the script says. */
  readonly command: string;
  readonly args: readonly string[];
  /** Its modules are compiled once for all tests. */
  readonly env: Readonly<Record<string, string>>;
  /** What the processes tell of what they were told: `[what, value]`. */
  readonly told: readonly (readonly [string, unknown])[];
}

/** How the agent of these tests is, apart from what it does when it is prompted. */
export interface AcpNature {
  /** What it answers to `initialize`, besides the protocol's version. */
  readonly initialize?: object;
  /** What it answers to `session/new`, besides the id. */
  readonly session?: object;
  /** What it refuses to change: it answers with an error, or stays as it is. */
  readonly stays?: "refuses" | "ignores";
  /** What it wants to be told before there is a session. */
  readonly login?: string;
}

const CACHE = new URL("../../node_modules/.cache/acp-agent", import.meta.url).pathname;

/** The other side of an agent that speaks the protocol: real processes, each of which asks here what it is to do. */
export async function acpPeer(nature: AcpNature = {}): Promise<AcpPeer> {
  const [steps, asked]: [AcpStep[], string[]] = [[], []];
  const told: (readonly [string, unknown])[] = [];
  const [open, working] = [new Set<Socket>(), new Set<Socket>()];
  const server = createServer((socket) => {
    open.add(socket);
    const gone = (): void => void (open.delete(socket), working.delete(socket));
    socket.on("close", gone).on("error", () => {});
    const lines = createInterface(socket).on("error", () => {});
    lines.on("line", (line) => {
      const [what, value] = JSON.parse(line) as readonly [string, unknown];
      if (what === "done") return void working.delete(socket);
      if (what !== "asked") return void told.push([what, value]);
      asked.push(String(value));
      working.add(socket);
      step(socket);
    });
  });
  function step(socket: Socket): void {
    const next = steps.length > 1 ? steps.shift() : steps[0];
    // Its model is asked again by itself, when a tool has come to something.
    socket.write(`${JSON.stringify(next)}\n`);
  }
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const program = new URL("processes/agent.ts", import.meta.url).pathname;
  const port = String((server.address() as AddressInfo).port);
  return {
    follow: (...next) => void steps.splice(0, Infinity, ...next),
    asked,
    told,
    get atWork() {
      return working.size;
    },
    command: process.execPath,
    env: { NODE_COMPILE_CACHE: CACHE },
    args: ["--no-warnings", program, port, JSON.stringify(nature)],
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
