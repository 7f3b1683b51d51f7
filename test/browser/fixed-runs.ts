import {
  agent,
  human,
  memory,
  supervisor,
  unanimous,
  vote,
  type RunEvent,
} from "../../src/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { demoEvents } from "../dashboard/demo-run.ts";

// The runs that the pictures of served pages show: the demo's, once as far as to its question and once decided, and those of a small team, one for
// each way in which a run can stand. They take no time, and are the same every time.

/** The demo as a person has decided it, under a name of its own. */
export const DECIDED_RUN = "d20b91fe-4b8e-4d5c-9c39-0a4c1f7b2e11";

/** What the time is where the pictures are taken: a little after the last of these runs. */
export const PICTURE_MS: number = Date.UTC(2026, 10, 29, 18, 31, 0);

/** What three agents say of one change; `null`: the agent fails. */
interface Case {
  readonly runId: string;
  readonly title: string;
  readonly minutesAgo: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly says: readonly ["ship" | "hold" | null, "ship" | "hold" | null, "ship" | "hold" | null];
  readonly workMs: number;
  readonly asks?: "a person" | "nobody";
  readonly cancelled?: true;
}

const CASES: readonly Case[] = [
  {
    runId: "7725be31-aa01-4f51-8f0e-5b2f3a6f1190",
    title: "Cache avatars at the edge",
    minutesAgo: 208,
    tags: { repo: "web", pull: "1190" },
    says: [null, null, null],
    workMs: 33_900,
  },
  {
    runId: "0af4c7d8-36c5-4a6e-9d3e-0c0e8c1d0505",
    title: "Upgrade the image parser",
    minutesAgo: 129,
    tags: { repo: "api", pull: "505" },
    says: ["ship", "ship", "ship"],
    workMs: 18_200,
  },
  {
    runId: "e83f6b15-7a63-4b0a-8d5b-2f1a9c7d0507",
    title: "Move carts to Postgres",
    minutesAgo: 51,
    tags: { repo: "api", pull: "507" },
    says: ["ship", null, "hold"],
    workMs: 61_000,
  },
  {
    runId: "51d9a2f0-20cf-4a53-9b7a-77e5d1c80509",
    title: "Drop the old cookie",
    minutesAgo: 34,
    tags: { repo: "web", pull: "1191" },
    says: ["hold", "ship", "hold"],
    workMs: 9_870,
  },
  {
    runId: "b71e0c94-88e3-4a0e-a0a4-5a6c0f9e0510",
    title: "Sign uploads in the browser",
    minutesAgo: 33,
    tags: { repo: "web", pull: "1192" },
    says: ["ship", "hold", "ship"],
    workMs: 4_120,
    cancelled: true,
  },
  {
    runId: "9c01d7e2-5f3b-4e18-8d9e-b0cf3b1d0512",
    title: "Rate limit the public token endpoint",
    minutesAgo: 4,
    tags: { repo: "api", pull: "512" },
    says: ["ship", "hold", "ship"],
    workMs: 21_400,
    asks: "a person",
  },
];

const PRICES = { mini: { input: 0.25, output: 1.25, date: "2026-11-22" } };

async function gateEvents(one: Case): Promise<readonly RunEvent[]> {
  const clock = virtualClock({ nowMs: PICTURE_MS - one.minutesAgo * 60_000 });
  const stop = new AbortController();
  const member = (name: string, index: 0 | 1 | 2) =>
    agent({
      name,
      description: `Looks at the ${name} of a change.`,
      retries: 0,
      run: async (_task: { readonly change: string }, { report }) => {
        await new Promise<void>((resolve) => {
          clock.timer(one.workMs - 700 * index, resolve);
        });
        report({ model: "mini", inputTokens: 9_100 + 800 * index, outputTokens: 420 });
        if (one.cancelled && index === 2) stop.abort(new Error("A newer commit was pushed."));
        const recommendation = one.says[index];
        if (recommendation === null) throw new Error("503 The model is overloaded.");
        return { recommendation };
      },
    });
  const team = supervisor({
    name: "gate",
    agents: {
      security: member("security", 0),
      design: member("design", 1),
      tests: member("tests", 2),
    },
    prices: PRICES,
    resolve: one.asks === "a person" ? [unanimous(), human()] : [unanimous(), vote()],
    gate: { pass: ["ship"] },
    backend: memory({ resumable: true, clock }),
    clock,
    timeoutMs: 120_000,
  });
  const { runId, title } = one;
  const tags = { title, ...one.tags };
  const running = team.run({ change: title }, { runId, tags, signal: stop.signal });
  let over = false;
  const ended = running.then(
    () => undefined,
    // Of one that is cancelled.
    (error: unknown) => error,
  );
  void ended.finally(() => {
    over = true;
  });
  while (!over) {
    if (!(await clock.next())) await new Promise((resolve) => setImmediate(resolve));
  }
  await ended;
  return team.backend.store.read(runId);
}

/** The logs that the server of the pictures has, those that began first first. */
export async function fixedRuns(): Promise<readonly (readonly RunEvent[])[]> {
  const decided = await demoEvents({ decided: true });
  const logs = [
    ...(await Promise.all(CASES.map(gateEvents))),
    decided.map((event) => ({ ...event, runId: DECIDED_RUN })),
    await demoEvents(),
  ];
  const begunAt = ([first]: readonly RunEvent[]): number => first?.atMs ?? 0;
  return logs.toSorted((a, b) => begunAt(a) - begunAt(b));
}
