import { get } from "node:http";
import { describe, expect, it } from "vitest";
import { memory } from "../../src/index.ts";
import { begin, gate, serve, TOKEN, type Served } from "./served.ts";

const RUNS = 20;
const WATCHERS = 60;

/** The numbers of the events that one watcher is sent until the log has ended; it may lose its line once in between. */
async function watch(served: Served, runId: string, loses: boolean): Promise<number[]> {
  const path = `/api/runs/${runId}/events`;
  const seqs: number[] = [];
  for await (const { id, event } of served.events(path)) {
    if (event === "end") return seqs;
    seqs.push(Number(id));
    if (loses && seqs.length === 3) break;
  }
  const headers = { "Last-Event-ID": String(seqs.at(-1)) };
  for await (const { id, event } of served.events(path, { headers })) {
    if (event !== "end") seqs.push(Number(id));
  }
  return seqs;
}

/** A reader that takes nothing. */
function neglect(port: number, runId: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const headers = { Authorization: `Bearer ${TOKEN}`, Accept: "text/event-stream" };
    const asked = get(
      { port, path: `/api/runs/${runId}/events`, headers, agent: false },
      (answer) => resolve(() => void answer.destroy()),
    );
    asked.on("error", reject);
  });
}

describe("many who watch many runs at once", () => {
  it("are each sent every event once and in order, whoever loses the line or reads nothing", async () => {
    const backend = memory({ resumable: true });
    const { team, letGo, waiting } = gate(backend);
    await using served = await serve({
      teams: [team],
      backend,
      limits: { streams: 2 * WATCHERS, allStreams: 2 * WATCHERS },
    });
    const runIds = await Promise.all(
      Array.from({ length: RUNS }, () => begin(served, { holds: true })),
    );
    const leave = await Promise.all(runIds.slice(0, 3).map((runId) => neglect(served.port, runId)));
    const watching = Array.from({ length: WATCHERS }, (_, index) =>
      watch(served, runIds[index % RUNS] ?? "", index % 4 === 0),
    );
    // Some runs wait for a slot: eight work at once.
    let isOver = false;
    const all = Promise.all(watching).finally(() => (isOver = true));
    while (!isOver) {
      if (waiting.length > 0) letGo();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const seen = await all;
    for (const go of leave) go();
    const lengths = await Promise.all(
      runIds.map(async (runId) => (await backend.store.read(runId)).length),
    );
    expect(seen.map((seqs) => seqs.join())).toEqual(
      seen.map((_, index) =>
        Array.from({ length: lengths[index % RUNS] ?? 0 }, (_event, at) => at + 1).join(),
      ),
    );
  });
});
