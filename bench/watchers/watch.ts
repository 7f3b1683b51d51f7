import { get, type IncomingMessage } from "node:http";

/** What one watcher of a run has seen. */
export interface Seen {
  readonly events: number;
  /** Events that did not follow the one before. */
  readonly outOfOrder: number;
  /** How long after the last event the watcher knew that it was the last, and how long after it was recorded it came, in ms. */
  readonly lagMs: readonly number[];
}

export interface Address {
  readonly port: number;
  readonly token: string;
}

/** Watches a run to its end. */
export async function watch(at: Address, runId: string): Promise<Seen> {
  const answer = await opened(at, runId);
  answer.setEncoding("utf8");
  const lagMs: number[] = [];
  let [last, outOfOrder, rest] = [0, 0, ""];
  for await (const part of answer) {
    rest += String(part);
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (!line.startsWith('data: {"type"') && !line.includes('"seq":')) continue;
      const event = JSON.parse(line.slice("data: ".length)) as Readonly<Record<string, number>>;
      const seq = event["seq"] ?? 0;
      if (seq !== last + 1) outOfOrder++;
      last = seq;
      lagMs.push(Date.now() - (event["atMs"] ?? 0));
    }
  }
  return { events: lagMs.length, outOfOrder, lagMs };
}

/** Opens a stream without reading it; call the returned function to close it. */
export async function neglect(at: Address, runId: string): Promise<() => void> {
  const answer = await opened(at, runId);
  answer.pause();
  return () => void answer.destroy();
}

function opened({ port, token }: Address, runId: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const path = `/api/runs/${runId}/events`;
    const headers = { Authorization: `Bearer ${token}`, Accept: "text/event-stream" };
    const asked = get({ host: "127.0.0.1", port, path, headers, agent: false }, (answer) => {
      if (answer.statusCode === 200) resolve(answer);
      else reject(new Error(`the server answered ${answer.statusCode}`));
    });
    asked.on("error", reject);
  });
}
