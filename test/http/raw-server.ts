import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach } from "vitest";
import { selfSigned } from "./certificate.ts";

const open: AsyncDisposable[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) await one[Symbol.asyncDispose]();
});

/** A server of a test, which is closed with its connections when the test is over. */
export interface TestServer {
  readonly url: string;
  readonly port: number;
  /** Connections that are open. */
  readonly connections: ReadonlySet<Socket>;
}

/** What answers with whatever it writes to the connection, once something was asked. */
export function rawServer(answer: (socket: Socket) => void, host?: string): Promise<TestServer> {
  return listening(
    createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => answer(socket));
    }),
    host,
  );
}

/** What answers by HTTP. */
export function httpServer(listener: RequestListener, host?: string): Promise<TestServer> {
  return listening(createHttpServer(listener), host);
}

/** What answers by HTTPS, with a certificate that nobody trusts. */
export async function untrustedServer(listener: RequestListener): Promise<TestServer> {
  const server = await listening(createHttpsServer(selfSigned, listener));
  return { ...server, url: server.url.replace(/^http:/, "https:") };
}

async function listening(server: Server, host = "127.0.0.1"): Promise<TestServer> {
  const connections = new Set<Socket>();
  server.on("connection", (socket) => {
    connections.add(socket);
    socket.on("close", () => connections.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  open.push({
    async [Symbol.asyncDispose]() {
      for (const socket of connections) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://${host}:${port}/agent`, port, connections };
}
