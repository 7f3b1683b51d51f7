import { readFileSync } from "node:fs";
import {
  agent,
  human,
  memory,
  supervisor,
  support,
  unanimous,
  vote,
  type Resolver,
  type RunEvent,
} from "../../src/index.ts";
import { virtualClock } from "../../src/testing/index.ts";

// The run that the page's tests and pictures show: the twelve recorded reviews of the example on the first pull request, with what can
// happen to calls added to them. Files, lines, severities, models, times and costs are made up. It takes no time, and is the same every time.

interface Place {
  readonly file: string;
  readonly line: number;
  readonly endLine?: number;
  readonly severity: string;
  readonly category: string;
  readonly beginnings: readonly string[];
}

interface Recorded {
  readonly findings: Readonly<Record<string, readonly { readonly text: string }[]>>;
}

const { findings: recorded }: Recorded = JSON.parse(
  readFileSync(
    new URL("../../examples/code-review-board/data/1-cal.com-8330.json", import.meta.url),
    "utf8",
  ),
);
const places: readonly Place[] = JSON.parse(
  readFileSync(new URL("demo-places.json", import.meta.url), "utf8"),
);

/** What one reviewer does: how long it works, with what, and what goes wrong before that. */
interface Part {
  readonly workMs: number;
  /** `undefined`: a program, which reports nothing of what it used. */
  readonly model?: "large" | "small";
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly before?: "slow" | "turned away";
}

const PARTS: Readonly<Record<string, Part>> = {
  augment: { workMs: 995, model: "large", inputTokens: 18_259, outputTokens: 1_349 },
  baz: { workMs: 640, model: "large", inputTokens: 18_611, outputTokens: 1_154 },
  bugbot: { workMs: 332, model: "small", inputTokens: 19_022, outputTokens: 765 },
  claude: { workMs: 1_021, model: "large", inputTokens: 19_022, outputTokens: 1_135 },
  coderabbit: { workMs: 795, model: "large", inputTokens: 18_670, outputTokens: 1_122 },
  copilot: { workMs: 608, model: "small", inputTokens: 18_259, outputTokens: 1_053 },
  gemini: { workMs: 704, model: "large", inputTokens: 19_022, outputTokens: 1_103 },
  graphite: {
    workMs: 342,
    model: "small",
    inputTokens: 18_396,
    outputTokens: 717,
    before: "slow",
  },
  greptile: {
    workMs: 878,
    model: "large",
    inputTokens: 18_396,
    outputTokens: 1_256,
    before: "turned away",
  },
  kg: { workMs: 607 },
  propel: { workMs: 1_044 },
  qodo: { workMs: 768, model: "small", inputTokens: 18_748, outputTokens: 1_153 },
};

const PRICES = {
  large: { input: 3, output: 15, date: "2026-11-22" },
  small: { input: 0.25, output: 1.25, date: "2026-11-22" },
};

/** The run's name. */
export const DEMO_RUN = "44b24ec7-993e-492e-b92b-517d75b1cbb5";
const BEGINS_MS = Date.UTC(2026, 10, 29, 18, 15, 30);

function findingsOf(name: string): readonly object[] {
  return (recorded[name] ?? []).map(({ text }) => {
    const place = places.find(({ beginnings }) => beginnings.some((one) => text.startsWith(one)));
    const { beginnings: _texts, ...details } = place ?? { beginnings: [] };
    return { text, ...details };
  });
}

/** A person is asked where a finding of high severity is one reporter short of standing. */
function oneShort(atLeast: number): Resolver {
  const asked = human();
  return {
    ...asked,
    settle(question, context) {
      const reports = question.positions.find(({ value }) => value === "present")?.heldBy.length;
      const isHigh = question.finding?.severity === "high";
      if (isHigh && reports === atLeast - 1) return asked.settle(question, context);
      return { defer: isHigh ? "it is not one report short" : "its severity is not high" };
    },
  };
}

function demoTeam(clock: ReturnType<typeof virtualClock>) {
  const wait = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const timer = clock.timer(ms, resolve);
      signal.addEventListener("abort", () => {
        timer[Symbol.dispose]();
        reject(signal.reason as Error);
      });
    });
  const reviewer = (name: string, part: Part) =>
    agent({
      name,
      version: "recorded",
      description: `What ${name} wrote about a pull request.`,
      ...(part.before === "slow" && { timeoutMs: 600, graceMs: 1_000 }),
      ...(name === "baz" && { cache: true }),
      limiters: ["models"],
      run: async (_task: { readonly pull: number }, { attempt, report, signal }) => {
        const { model, inputTokens, outputTokens, workMs } = part;
        if (part.before === "slow" && attempt === 1) {
          report({ model: "small", inputTokens: 18_396, outputTokens: 0 });
          await wait(778, new AbortController().signal);
          return { findings: findingsOf(name) };
        }
        if (part.before === "turned away" && attempt === 1) {
          report({ usdMicros: 0, inputTokens: 0, outputTokens: 0 });
          await wait(38, signal);
          throw Object.assign(new Error("429 Too Many Requests"), {
            status: 429,
            headers: { "retry-after": "0.3" },
          });
        }
        await wait(workMs, signal);
        if (model !== undefined && inputTokens !== undefined && outputTokens !== undefined) {
          report({ model, inputTokens, outputTokens });
        }
        return { findings: findingsOf(name) };
      },
    });
  const types = agent({
    name: "types",
    version: "1",
    description: "The type checker.",
    run: async (
      _task: { readonly pull: number },
      { report, signal },
    ): Promise<{ findings: readonly object[] }> => {
      report({ usdMicros: 0, inputTokens: 0, outputTokens: 0 });
      await wait(6, signal);
      throw Object.assign(new Error("there is no program “tsc” on this machine"), {
        retryable: false,
      });
    },
  });
  const agents: Readonly<Record<string, ReturnType<typeof reviewer> | typeof types>> = {
    ...Object.fromEntries(
      Object.entries(PARTS).map(([name, part]) => [name, reviewer(name, part)]),
    ),
    types,
  };
  return supervisor({
    limiters: { models: { concurrency: 8 } },
    name: "code-review-board",
    version: "1",
    agents,
    concurrency: 8,
    prices: PRICES,
    backoff: { baseMs: 150, maxMs: 150 },
    gate: { severity: "medium" },
    resolve: [unanimous(), vote(), oneShort(3), support({ atLeast: 3 })],
    backend: memory({ resumable: true, clock }),
    clock,
  });
}

/**
 * The events of the demo: as far as to a question that a person is asked; with `decided` as far as to its end, which a person has decided about.
 * Random waits are the same every time.
 */
export async function demoEvents({ decided = false }: { readonly decided?: boolean } = {}): Promise<
  readonly RunEvent[]
> {
  const { random } = Math;
  let seed = 1;
  Math.random = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  try {
    return await eventsOf(decided);
  } finally {
    Math.random = random;
  }
}

async function eventsOf(decided: boolean): Promise<readonly RunEvent[]> {
  const clock = virtualClock({ nowMs: BEGINS_MS - 60_000 });
  const team = demoTeam(clock);
  const task = { pull: 1 };
  const drive = async <T>(run: Promise<T>): Promise<T> => {
    let over = false;
    const done = run.finally(() => {
      over = true;
    });
    while (!over) {
      if (!(await clock.next())) await new Promise((resolve) => setImmediate(resolve));
    }
    return done;
  };
  const tenant = "acme-web";
  // So that the answer of one is there already.
  const runId = "50332ffa-0b7e-4b53-9a8a-3f1c27d51c11";
  await drive(team.run(task, { runId, route: ["baz"], tenant }));
  await clock.advance(BEGINS_MS - clock.now());
  const outcome = await drive(
    team.run(task, {
      runId: DEMO_RUN,
      tenant,
      tags: { repo: "cal.com", pull: "8330", commit: "9f3c1e2" },
    }),
  );
  if (decided) {
    const asked = outcome.verdicts.find(({ status }) => status === "waiting");
    await clock.advance(720_000);
    const decision = {
      subject: asked?.subject ?? "",
      winner: "present",
      why: "The busy check comes after that return, so a taken slot would be offered.",
      by: "marta",
    };
    await drive(team.decide(DEMO_RUN, decision));
  }
  return team.backend.store.read(DEMO_RUN);
}
