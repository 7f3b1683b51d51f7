import { once } from "node:events";
import type { Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { httpAgent } from "../../src/http/index.ts";
import { askBeside, failureOf } from "./ask.ts";
import { httpServer, rawServer } from "./raw-server.ts";

const asking = (url: string, more: object = {}) =>
  httpAgent({ name: "odd", url, allowPrivate: true, retries: 0, ...more });

const Review = z.object({ recommendation: z.enum(["ship", "hold"]) });
const GIGABYTE = 2 ** 30;
const PART = Buffer.alloc(64 * 1024, "x");

/** Writes until it is stopped, at most so many bytes, and says how many. */
async function flood(socket: Socket, atMost: number): Promise<number> {
  let written = 0;
  while (written < atMost && !socket.destroyed) {
    written += PART.length;
    if (socket.write(PART)) continue;
    // It is left by a reset.
    await Promise.race([once(socket, "drain"), once(socket, "close")]).catch(() => undefined);
  }
  return written;
}

describe("a server that lies about its size", () => {
  it("is not read at all where it says that it sends a gigabyte", async () => {
    const server = await rawServer((socket) =>
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${GIGABYTE}\r\n\r\nx`),
    );
    const { code, message } = await failureOf(asking(server.url));
    expect(code).toBe("OUTPUT_TOO_LARGE");
    expect(message).toBe(
      "the answer to odd is larger than 4194304 bytes; raise maxBytes, or have the endpoint answer with less",
    );
    await expect.poll(() => server.connections.size).toBe(0);
  });

  it("is left when it sends more than may be, without an end", async () => {
    let sent: Promise<number> | undefined;
    const server = await rawServer((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
      sent = flood(socket, GIGABYTE);
    });
    const { code } = await failureOf(asking(server.url, { maxBytes: 100_000 }));
    expect(code).toBe("OUTPUT_TOO_LARGE");
    expect(await sent).toBeLessThan(GIGABYTE / 8);
  });

  it("is left when its chunks have no end", async () => {
    let sent: Promise<number> | undefined;
    const server = await rawServer((socket) => {
      socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n7fffffff\r\n");
      sent = flood(socket, GIGABYTE);
    });
    const { code } = await failureOf(asking(server.url, { maxBytes: 100_000 }));
    expect(code).toBe("OUTPUT_TOO_LARGE");
    expect(await sent).toBeLessThan(GIGABYTE / 8);
  });

  it("has broken off where it sends less than it said", async () => {
    const server = await rawServer((socket) =>
      socket.end("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"),
    );
    const { code, message, cause } = await failureOf(asking(server.url));
    expect(code).toBe("AGENT_FAILED");
    expect(message).toBe("odd: the answer broke off after 4 bytes; ask again");
    expect(cause).toBeDefined();
  });

  it("is not believed more than it said, and nobody else gets the rest", async () => {
    const server = await rawServer((socket) =>
      socket.end("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nshipHTTP/1.1 200 OK\r\n\r\nhold"),
    );
    const { result } = await askBeside(asking(server.url));
    expect(result).toMatchObject({ status: "ok", output: "ship" });
    expect((await askBeside(asking(server.url))).result).toMatchObject({ output: "ship" });
  });

  it("does not fill the memory by an answer that is packed a thousand times smaller", async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20));
    let asked: string | undefined;
    const server = await httpServer((request, response) => {
      asked = request.headers["accept-encoding"];
      response.writeHead(200, { "content-encoding": "gzip" }).end(bomb);
    });
    const { code, message } = await failureOf(asking(server.url, { retries: 3 }));
    expect(asked).toBe("identity");
    expect(code).toBe("AGENT_FAILED");
    expect(message).toBe(
      "the answer to odd has the content-encoding gzip, which was not asked for; have the endpoint answer without it",
    );
  });

  it("is left when its headers have no end", async () => {
    const server = await rawServer((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nx-long: ");
      void flood(socket, GIGABYTE);
    });
    const { code, message } = await failureOf(asking(server.url));
    expect(code).toBe("AGENT_FAILED");
    expect(message).toContain("HPE_HEADER_OVERFLOW");
    await expect.poll(() => server.connections.size).toBe(0);
  });
});

describe("a server that is none", () => {
  it.each([
    ["speaks something else", "SSH-2.0-OpenSSH_9.9\r\n", "HPE_"],
    ["closes without a word", "", "ECONNRESET"],
    [
      "changes to another protocol",
      "HTTP/1.1 101 OK\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n",
      "another protocol",
    ],
    ["has a status that is none", "HTTP/1.1 700 Odd\r\ncontent-length: 0\r\n\r\n", "HTTP 700"],
  ])("fails one agent in one sentence where it %s", async (_, text, why) => {
    const server = await rawServer((socket) => socket.end(text));
    const { code, message, cause } = await failureOf(asking(server.url));
    expect(code).toBe("AGENT_FAILED");
    expect(message).toContain(why);
    expect(cause).toBeDefined();
  });

  it("fails one agent where nobody listens, and is asked again", async () => {
    const url = await portOfNobody();
    const { result } = await askBeside(
      httpAgent({ name: "odd", url, allowPrivate: true, retries: 1, backoff: { baseMs: 0 } }),
    );
    expect(result).toMatchObject({ status: "failed", attempts: 2 });
    expect(result).toHaveProperty(
      "error.message",
      `odd got no answer from ${new URL(url).origin} (ECONNREFUSED); check that it is up and can be reached from here`,
    );
  });

  it("fails one agent where its name is nobody's", async () => {
    const { message } = await failureOf(asking("http://nobody.invalid/"));
    expect(message).toMatch(/^odd got no answer from http:\/\/nobody\.invalid \(E\w+\); check/);
  });
});

async function portOfNobody(): Promise<string> {
  const { createServer } = await import("node:net");
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}/agent`;
}

describe("an answer that is none", () => {
  it("is half a JSON document", async () => {
    const server = await httpServer((_, response) => response.end('{"recommendation":"sh'));
    const { code, message } = await failureOf(asking(server.url, { output: Review }));
    expect(code).toBe("OUTPUT_INVALID");
    expect(message).toContain("the answer to odd is not a JSON document");
  });

  it("is a failure whose text would hide or rearrange what a reader sees", async () => {
    const text = "\u001b]0;pwned\u0007\0 line\r\n two \u202e\u200b";
    const server = await httpServer((_, response) => response.writeHead(500).end(text));
    const { message } = await failureOf(asking(server.url));
    expect(message).toContain("answered with HTTP 500; it said: ]0;pwned line two");
  });

  it("keeps a text with NUL and escape characters as it is", async () => {
    const text = "\0\u001b[2J\u202e";
    const server = await httpServer((_, response) => response.end(text));
    const { result } = await askBeside(asking(server.url));
    expect(result).toMatchObject({ status: "ok", output: text });
  });

  it("is a failure of a gigabyte, of which the beginning is enough", async () => {
    let sent: Promise<number> | undefined;
    const server = await rawServer((socket) => {
      socket.write("HTTP/1.1 500 Odd\r\nconnection: close\r\n\r\nno room ");
      sent = flood(socket, GIGABYTE);
    });
    const { message } = await failureOf(asking(server.url));
    expect(message).toMatch(/answered with HTTP 500; it said: no room …$/);
    expect(message.length).toBeLessThan(700);
    expect(await sent).toBeLessThan(GIGABYTE / 8);
  });

  it("is one that never ends, and its connection is closed when the time is over", async () => {
    const server = await httpServer((_, response) => {
      response.write("{");
    });
    const { code } = await failureOf(asking(server.url, { timeoutMs: 50 }));
    expect(code).toBe("TIMEOUT");
    await expect.poll(() => server.connections.size).toBe(0);
  });
});

describe("a redirect", () => {
  it("to another origin is not followed, and nobody there is asked", async () => {
    let strangers = 0;
    const stranger = await httpServer((_, response) => {
      strangers += 1;
      response.end('"ship"');
    });
    const server = await httpServer((_, response) => {
      response.writeHead(307, { location: `${stranger.url}?token=secret-of-theirs` }).end();
    });
    const { code, message } = await failureOf(asking(server.url, { retries: 3 }));
    expect(code).toBe("AGENT_FAILED");
    expect(message).toBe(
      `odd: ${new URL(server.url).origin} redirects (HTTP 307) to another origin, ${new URL(stranger.url).origin}, which is not followed; give the address that answers`,
    );
    expect(strangers).toBe(0);
  });

  it.each(["file:///etc/passwd", "gopher://127.0.0.1/", "javascript:1", "http://", "//[::1"])(
    "to %s is not followed",
    async (location) => {
      const server = await httpServer((_, response) => {
        response.writeHead(307, { location }).end();
      });
      expect((await failureOf(asking(server.url))).message).toMatch(
        /redirects \(HTTP 307\) to (?:another origin|an invalid address)/,
      );
    },
  );

  it("within the origin is followed with its method, its body and its headers", async () => {
    const server = await httpServer((request, response) => {
      if (request.url === "/agent") {
        response.writeHead(308, { location: "/there" }).end();
        return;
      }
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        const body = Buffer.concat(parts).toString();
        response.end(
          `${request.method} ${request.url} ${String(request.headers["x-key"])} ${body}`,
        );
      });
    });
    const { result } = await askBeside(asking(server.url, { headers: { "x-key": "k" } }));
    expect(result).toMatchObject({ output: 'POST /there k {"task":"task"}' });
  });

  it("that would make another request of a POST is not followed", async () => {
    const server = await httpServer((_, response) => {
      response.writeHead(302, { location: "/there" }).end();
    });
    expect((await failureOf(asking(server.url))).message).toContain(
      "redirects (HTTP 302), which would turn the POST into another request; give the address that answers",
    );
  });

  it("in a circle comes to an end", async () => {
    let asked = 0;
    const server = await httpServer((_, response) => {
      asked += 1;
      response.writeHead(307, { location: "/agent" }).end();
    });
    expect((await failureOf(asking(server.url))).message).toContain("4 times in a row");
    expect(asked).toBe(4);
  });
});

describe("a secret in a header", () => {
  const token = "token-4711-that-nobody-may-see";

  it("stands neither in an error nor in the log, also where the server repeats it", async () => {
    const server = await httpServer(({ headers, url }, response) => {
      response.writeHead(401).end(JSON.stringify({ error: "no", headers, url }));
    });
    const { result, log } = await askBeside(
      asking(`${server.url}?key=${token}-2`, {
        headers: { authorization: `Bearer ${token}`, "x-key": () => `${token}-3` },
      }),
    );
    expect(result).toMatchObject({ status: "failed", attempts: 1 });
    const all = JSON.stringify([result, log]);
    expect(all).toContain("[redacted]");
    expect(all).not.toContain(token);
    if (result.status !== "failed") return;
    expect(JSON.stringify(Object.values(result.error.cause as object))).not.toContain(token);
  });

  it("is not sent to where a redirect leads", async () => {
    const seen: unknown[] = [];
    const stranger = await httpServer(({ headers }, response) => {
      seen.push(headers);
      response.end();
    });
    const server = await httpServer((_, response) => {
      response.writeHead(307, { location: stranger.url }).end();
    });
    await failureOf(asking(server.url, { headers: { authorization: `Bearer ${token}` } }));
    expect(seen).toEqual([]);
  });
});
