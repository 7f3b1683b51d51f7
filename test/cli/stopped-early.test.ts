// A database that is connected to and does not answer: what is stopped while it waits for that has nothing under way.

import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { folder, start, team } from "./command.ts";

it.each(["worker", "serve", "mcp"])(
  "quorate %s ends at once when it is stopped while it waits for its database",
  async (command) => {
    const sockets: Socket[] = [];
    const database = createServer((socket) => void sockets.push(socket));
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      database.close();
    });
    database.listen(0, "127.0.0.1");
    await once(database, "listening");
    const { port } = database.address() as AddressInfo;
    const address = `postgres://me@127.0.0.1:${port}/none`;
    const args = [command, team("scripted"), "--db", address];
    // The client of an MCP server keeps its input open.
    const waiting = start(command === "serve" ? [...args, "--port", "0"] : args, folder(), null);
    await once(database, "connection");
    waiting.child.kill("SIGINT");
    const { code, stderr } = await waiting.finished;
    expect(code).toBe(130);
    expect(stderr).not.toContain("failed");
  },
);
