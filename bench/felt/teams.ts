import { agent, memory, supervisor, unanimous, vote } from "quorate";
import { recordTruths, reliability } from "quorate/learning";
import { virtualClock } from "quorate/testing";
import { VENDORS, type Question, type Said, type Size } from "./questions.ts";

/** The share of an answer's time until it begins; the rest adds up if one request has several answers. */
const UNTIL_IT_BEGINS = 0.5;

/** How many questions are asked at once if they are batched. */
const AT_ONCE = 20;

/** One way to ask. */
export interface Way {
  readonly vendors?: readonly string[];
  readonly size?: Size;
  readonly panel?: "certain" | "lead";
  readonly cascade?: boolean;
  readonly batch?: boolean;
  /** Whether answers are cached, and every question is asked twice. */
  readonly cache?: boolean;
}

/** The result of asking one question. */
export interface Asked {
  readonly winner: string | null;
  readonly right: number;
  readonly calls: number;
  readonly requests: number;
  readonly rounds: number;
  readonly usdMicros: number;
  readonly seconds: number;
}

/** Makes a team that asks in this way, on its own clock. */
function teamThat({ vendors = Object.keys(VENDORS), size = "strong", ...way }: Way) {
  const clock = virtualClock();
  const backend = memory();
  const passes = (ms: number): Promise<void> => new Promise((resolve) => clock.timer(ms, resolve));
  const sent = { requests: 0 };
  const answerOf = ({ answer }: Said): string | Error =>
    answer ?? new Error("it gave no answer that could be read");

  const asked = (vendor: string) =>
    agent({
      name: vendor,
      version: "1",
      retries: 0,
      ...(way.cache === true && { cache: true }),
      async run(question: Question, { tier, report }): Promise<string> {
        const said = saidTo(question, vendor, tier);
        sent.requests++;
        await passes(said.ms);
        report({ usdMicros: said.usdMicros });
        const answer = answerOf(said);
        if (answer instanceof Error) throw answer;
        return answer;
      },
      ...(way.batch === true && {
        batch: {
          async run(questions: readonly Question[], { tier, report }) {
            const all = questions.map((question) => saidTo(question, vendor, tier));
            sent.requests++;
            const first = Math.max(...all.map(({ ms }) => ms * UNTIL_IT_BEGINS));
            await passes(first + sum(all.map(({ ms }) => ms * (1 - UNTIL_IT_BEGINS))));
            report({ usdMicros: sum(all.map(({ usdMicros }) => usdMicros)) });
            return all.map(answerOf);
          },
        },
      }),
    });
  const saidTo = ({ said }: Question, vendor: string, tier: string | undefined): Said => {
    const by = said[vendor];
    if (by === undefined) throw new Error(`${vendor} was never asked that`);
    return by[tier === "small" || tier === "strong" ? tier : size];
  };

  const team = supervisor({
    name: "felt",
    agents: Object.fromEntries(vendors.map((vendor) => [vendor, asked(vendor)])),
    resolve: [reliability({ labels: "open" }), unanimous(), vote()],
    concurrency: 1_000,
    timeoutMs: 600_000,
    ...(way.panel !== undefined && { panel: way.panel }),
    ...(way.cascade === true && {
      tiers: { small: "small", strong: "strong" },
      escalateIf: ["low-margin"],
    }),
    clock,
    backend,
  });
  return { team, clock, backend, sent };
}

type Team = ReturnType<typeof teamThat>;

/** Puts some questions to all agents and records the right answers; then asks the other questions in this way. */
export async function ask(
  way: Way,
  questions: readonly Question[],
  truths: number,
): Promise<readonly Asked[]> {
  const made = teamThat(way);
  const known = [];
  for (const question of questions.slice(0, truths)) {
    const { runId } = await passing(made, made.team.run(question, { panel: false }));
    known.push({ runId, subject: "task", truth: question.truth, by: "MMLU-Pro" });
  }
  await recordTruths(made.backend, known);

  const rest = questions.slice(truths);
  const again = way.cache === true ? [...rest, ...rest] : rest;
  const atOnce = way.batch === true ? AT_ONCE : 1;
  const done: Asked[] = [];
  for (let at = 0; at < again.length; at += atOnce) {
    const few = again.slice(at, at + atOnce);
    const before = made.sent.requests;
    const asked = await passing(made, Promise.all(few.map((question) => one(made, question))));
    const requests = (made.sent.requests - before) / few.length;
    done.push(...asked.map((each) => ({ ...each, requests })));
  }
  return done;
}

async function one({ team, clock }: Team, question: Question): Promise<Omit<Asked, "requests">> {
  const startedMs = clock.now();
  const { runId, verdict, bill } = await team.run(question);
  const { usdMicros, atLeast } = bill.spent;
  const begun = new Set<number>();
  for (const event of await team.backend.store.read(runId)) {
    if (event.type === "call.started") begun.add(event.atMs);
  }
  const winner = (verdict?.winner ?? null) as string | null;
  return {
    winner,
    right: winner === question.truth ? 1 : 0,
    calls: bill.calls,
    rounds: begun.size,
    usdMicros: usdMicros === "unknown" ? (atLeast?.usdMicros ?? Number.NaN) : usdMicros,
    seconds: (clock.now() - startedMs) / 1_000,
  };
}

/** Lets time pass until it is done. */
async function passing<T>({ clock }: Team, work: Promise<T>): Promise<T> {
  let isDone = false;
  const done = work.finally(() => (isDone = true));
  // The caller that awaits it gets its failure.
  done.catch(() => {});
  while (!isDone) await clock.next();
  return done;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
