// A server of a team, for the watchers' workload: prints its port, and for every line that it reads what it took so far.

import type { Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { createAdaptorServer } from "@hono/node-server";
import { agent, memory, supervisor } from "../../src/index.ts";
import { server } from "../../src/server/index.ts";
import { pause } from "./pause.ts";

const MIB = 1_048_576;
const KIB_PER_MIB = 1_024;
const AGENTS = 8;
const STEP_MS = 20;

const [token = ""] = process.argv.slice(2);
const names = Array.from({ length: AGENTS }, (_, index) => `agent-${index}`);
const agents = Object.fromEntries(
  names.map((name, index) => [
    name,
    agent({
      name,
      async run(task: number, { signal }) {
        // None of them ends at the same time as another of its run.
        await pause(STEP_MS * (1 + ((task + index) % AGENTS)), signal);
        return { recommendation: (task + index) % 3 === 0 ? "hold" : "ship" };
      },
    }),
  ]),
);
const many = 100_000;
const api = await server({
  teams: [supervisor({ name: "watched", agents, concurrency: many })],
  backend: memory({ resumable: true, keepRuns: many }),
  tokens: [{ token, name: "watchers" }],
  limits: { streams: many, allStreams: many, requestsPerMinute: 10_000_000, runs: many },
});
const http = createAdaptorServer({ fetch: api.fetch, overrideGlobalObjects: false }) as HttpServer;
await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
const tell = (what: object): void => void process.stdout.write(`${JSON.stringify(what)}\n`);
tell({ port: (http.address() as AddressInfo).port });
const before = process.memoryUsage.rss() / MIB;
createInterface({ input: process.stdin }).on("line", () => {
  const { user, system } = process.cpuUsage();
  const peak = process.resourceUsage().maxRSS / KIB_PER_MIB;
  tell({ mibMore: peak - before, cpuMs: (user + system) / 1_000 });
});
