import dns, { type LookupAddress } from "node:dns";
import { syncBuiltinESMExports } from "node:module";
import { afterEach, describe, expect, it } from "vitest";
import { httpAgent } from "../../src/http/index.ts";
import { answerOf, failureOf } from "./ask.ts";
import { httpServer } from "./raw-server.ts";

const { lookup } = dns;

afterEach(() => {
  dns.lookup = lookup;
  syncBuiltinESMExports();
});

/** From now on every name has the addresses of the next item, and the last for all times after that. Tells how often it was asked. */
function namesMean(...answers: readonly (readonly string[])[]): { readonly asked: number } {
  const count = { asked: 0 };
  dns.lookup = ((_name: string, _options: object, done: (...told: unknown[]) => void) => {
    const found = answers[Math.min(count.asked++, answers.length - 1)] ?? [];
    const addresses: LookupAddress[] = found.map((address) => ({
      address,
      family: address.includes(":") ? 6 : 4,
    }));
    setImmediate(() => done(null, addresses));
  }) as never;
  syncBuiltinESMExports();
  return count;
}

const asking = (url: string, allowPrivate?: true) =>
  httpAgent({ name: "odd", url, retries: 3, ...(allowPrivate && { allowPrivate }) });

/** What hosts that are not public look like, also where a URL writes them oddly. */
const PRIVATE =
  `localhost app.localhost LOCALHOST. 127.0.0.1 127.1 0x7f.1 2130706433 0.0.0.0 10.1.2.3 100.64.0.1 169.254.169.254
  172.16.0.1 192.168.1.1 198.18.0.1 224.0.0.1 255.255.255.255 [::1] [::] [::ffff:127.0.0.1] [::ffff:a9fe:a9fe] [fe80::1] [fc00::1]
  [ff02::1] [64:ff9b::7f00:1] [64:ff9b::10.1.2.3] [64:ff9b::a9fe:a9fe] [64:ff9b::] [64:ff9b::1:808:808] [64:ff9b:1::808:808] [2002:7f00:1::]`.split(
    /\s+/,
  );

describe("an address that is not public", () => {
  it.each(PRIVATE)("is refused where the URL says it, %s, when the agent is made", (host) => {
    expect(() => asking(`http://${host}:8080/`)).toThrow(
      /^httpAgent "odd" asks \S+, whose address is not public; set allowPrivate: true if that is intended$/,
    );
    expect(asking(`http://${host}:8080/`, true).name).toBe("odd");
  });

  it.each(["8.8.8.8", "[2606:4700::1111]", "[64:ff9b::8.8.8.8]", "[64:ff9b::5db8:d822]"])(
    "is none of a public one, %s, also where DNS64 has written an address of IPv4 in one of IPv6",
    (host) => {
      expect(asking(`http://${host}:8080/`).name).toBe("odd");
    },
  );

  it.each([
    ["127.0.0.1"],
    ["169.254.169.254"],
    ["10.0.0.1"],
    ["64:ff9b::169.254.169.254"],
    ["64:ff9b::808:808", "64:ff9b::a00:1"],
    ["::1"],
    ["fe80::1%lo"],
    ["::ffff:10.0.0.1"],
    ["93.184.216.34", "127.0.0.1"],
  ])("is refused where a name leads there, to %s %s, and nobody is asked", async (...addresses) => {
    let connections = 0;
    const server = await httpServer((_, response) => {
      connections += 1;
      response.end("ship");
    });
    const names = namesMean(addresses);
    const { code, message } = await failureOf(asking(`http://agents.example:${server.port}/`));
    expect(code).toBe("AGENT_FAILED");
    expect(message).toBe(
      `odd would ask agents.example:${server.port}, whose address is not public; set allowPrivate: true if that is intended`,
    );
    // It is no failure of the way there, which would be tried again.
    expect(names.asked).toBe(1);
    expect(connections).toBe(0);
  });

  it("is asked where that is allowed, by its name too", async () => {
    let host: string | undefined;
    const server = await httpServer((request, response) => {
      ({ host } = request.headers);
      response.end("ship");
    });
    namesMean(["127.0.0.1"]);
    expect(await answerOf(asking(`http://agents.example:${server.port}/`, true))).toBe("ship");
    expect(host).toBe(`agents.example:${server.port}`);
  });
});

describe("a name that means something else a moment later", () => {
  it("is asked at the address that was checked, and not at what it means then", async () => {
    const server = await httpServer((_, response) => response.end("ship"));
    // Nobody listens at the other one.
    const names = namesMean(["127.0.0.1"], ["127.0.0.2"]);
    expect(await answerOf(asking(`http://agents.example:${server.port}/`, true))).toBe("ship");
    expect(names.asked).toBe(1);
  });

  it("is asked where the look-up of that request led, which is made once for each", async () => {
    const server = await httpServer((request, response) => {
      if (request.url === "/") response.writeHead(307, { location: "/there" }).end();
      else response.end("asked at the address of before");
    });
    const names = namesMean(["127.0.0.1"], ["127.0.0.2"]);
    // The second request, after the redirect, is checked anew; at its address nobody listens.
    const { message } = await failureOf(
      httpAgent({
        name: "odd",
        url: `http://agents.example:${server.port}/`,
        retries: 0,
        allowPrivate: true,
      }),
    );
    expect(names.asked).toBe(2);
    expect(message).toContain("ECONNREFUSED");
  });

  it("is looked up no oftener than it is asked", async () => {
    const server = await httpServer((request, response) => {
      if (request.url === "/") response.writeHead(307, { location: "/there" }).end();
      else response.end("ship");
    });
    const names = namesMean(["127.0.0.1"]);
    expect(await answerOf(asking(`http://agents.example:${server.port}/`, true))).toBe("ship");
    expect(names.asked).toBe(2);
  });
});
