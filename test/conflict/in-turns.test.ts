import { describe, expect, test } from "vitest";
import {
  agent,
  equal,
  settle,
  supervisor,
  type Comparator,
  type Finding,
  type Verdict,
} from "../../src/index.ts";
import { similar } from "../../src/similar/index.ts";
import { virtualClock } from "../../src/testing/index.ts";

const AGENTS = 20;

/** So many findings by twenty agents: some are alike, some contradict each other. */
function findingsOf(count: number): readonly Finding[] {
  const letters = (number: number): string =>
    [...String(number)].map((digit) => "abcdefghij".charAt(Number(digit))).join("");
  return Array.from({ length: count }, (_, i) => ({
    agent: `agent-${i % AGENTS}`,
    text: `${letters(i % 97)}x ${letters(i % 89)}y fails on ${letters(i)} after ${i % 13} attempts in ${letters(i % 31)}z`,
  }));
}

/** How many turns of the event loop there are until the work is done. */
async function turnsDuring<T>(work: () => Promise<T>): Promise<readonly [T, number]> {
  let turns = 0;
  let done = false;
  const turn = (): void => {
    turns++;
    if (!done) setImmediate(turn);
  };
  setImmediate(turn);
  try {
    return [await work(), turns];
  } finally {
    done = true;
  }
}

/** The same comparison, all of it in one turn. */
const atOnce: Comparator = { ...similar() };

describe("very many findings", () => {
  const many = findingsOf(1_100);

  test("leave everybody else their turns while they are compared and settled", async () => {
    const [verdicts, turns] = await turnsDuring(() => settle([], { findings: many }));
    expect(verdicts.length).toBeGreaterThan(10);
    expect(turns).toBeGreaterThan(20);
  });

  test("come to the same verdicts as in one turn, to the last bit", async () => {
    const verdicts = await settle([], { findings: many });
    expect(verdicts).toEqual(await settle([], { findings: many, similar: atOnce }));
    const reversed = await settle([], { findings: many.toReversed() });
    expect(JSON.stringify(reversed)).toBe(JSON.stringify(verdicts));
  });

  const agents = Object.fromEntries(
    Array.from({ length: AGENTS }, (_, i) => {
      const name = `agent-${i}`;
      const texts = many.filter((one) => one.agent === name).map(({ text }) => text);
      return [name, agent({ name, run: (_task: string) => ({ findings: texts }) })];
    }),
  );

  test("are compared to the end when the deadline of their run is over meanwhile", async () => {
    const clock = virtualClock();
    const board = supervisor({ name: "board", agents, clock, deadlineMs: 1_000 });
    const run = board.run("review");
    setImmediate(() => setImmediate(() => void clock.advance(2_000)));
    const { status, verdicts } = await run;
    expect(status).toBe("complete");
    expect(verdicts.every(({ reasoning }) => !reasoning.includes("failed"))).toBe(true);
    expect(verdicts).toHaveLength((await settle([], { findings: many })).length);
  });

  test("leave everybody else their turns also in a supervisor, under a clock that stands still", async () => {
    const board = supervisor({ name: "board", agents, clock: virtualClock() });
    const [outcome, turns] = await turnsDuring(() => board.run("review"));
    expect(turns).toBeGreaterThan(20);
    const alone = await settle([], { findings: many });
    const short = ({ subject, winner, confidence }: Verdict): unknown => [
      subject,
      winner,
      confidence,
    ];
    expect(outcome.verdicts.map(short)).toEqual(alone.map(short));
  });

  test("are left when the caller cancels in between, and the caller's reason is told", async () => {
    const reason = new Error("enough");
    const controller = new AbortController();
    setImmediate(() => setImmediate(() => controller.abort(reason)));
    const settled = settle([], { findings: many, signal: controller.signal });
    await expect(turnsDuring(() => settled)).rejects.toBe(reason);
  });

  test("are left when their run is cancelled in between", async () => {
    const reason = new Error("enough");
    const controller = new AbortController();
    const texts = many.slice(0, 999).map(({ text }) => text);
    const reviewer = (name: string) =>
      agent({
        name,
        run: (_task: string) => ({ findings: texts.map((text) => `${text} ${name}`) }),
      });
    const board = supervisor({ name: "board", agents: { a: reviewer("a"), b: reviewer("b") } });
    const run = board.run("review", { signal: controller.signal });
    setImmediate(() => setImmediate(() => controller.abort(reason)));
    await expect(run).rejects.toBe(reason);
  });

  test("leave everybody else their turns while one group of them is split into its places", async () => {
    const reports = Array.from({ length: 3_000 }, (_, i) => ({
      agent: `agent-${i % AGENTS}`,
      text: "unused import",
      file: "a.ts",
      line: 10 * i + 1,
    }));
    const together: Comparator = {
      name: "together",
      group: (candidates) => ({
        groups: [{ value: "unused import", members: candidates.map((_, i) => i) }],
      }),
    };
    const settled = async (similarTexts: Comparator) =>
      turnsDuring(() => settle([], { findings: reports, similar: similarTexts }));
    const [apart, turnsApart] = await settled(equal());
    const [split, turnsSplit] = await settled(together);
    expect(split.map(({ subject }) => subject).sort()).toEqual(
      apart.map(({ subject }) => subject).sort(),
    );
    // Each is compared with the places before it.
    expect(turnsSplit).toBeGreaterThan(turnsApart + 30);
  });

  test("are as many positions of a claim in free text", async () => {
    const claims = many.slice(0, 1_050).map(({ text }, i) => ({
      agent: `agent-${i}`,
      subject: "cause",
      position: text,
    }));
    const [verdicts, turns] = await turnsDuring(() =>
      settle(claims, { compare: { cause: similar() } }),
    );
    expect(turns).toBeGreaterThan(20);
    expect(verdicts).toEqual(await settle(claims, { compare: { cause: atOnce } }));
  });
});

describe("few findings", () => {
  test("are compared and settled without a turn of the event loop", async () => {
    const [, turns] = await turnsDuring(() => settle([], { findings: findingsOf(40) }));
    expect(turns).toBe(0);
  });

  test("that are none are refused as ever", async () => {
    const findings = [null as unknown as Finding, ...findingsOf(2)];
    await expect(settle([], { findings })).rejects.toMatchObject({ code: "CLAIMS_INVALID" });
  });
});
