import { describe, expect, test } from "vitest";
import { agent, type Agent } from "../../../src/describe/agent.ts";
import {
  furtherPlace,
  judgePlace,
  memberPlace,
  ROOT,
  teamPlace,
  type CallPlace,
  type TeamPlace,
} from "../../../src/model/call-place.ts";
import type { EventBody, RunEvent } from "../../../src/model/events.ts";
import { agreement } from "../../../src/resolve/judge/agreement.ts";
import { auditJudges, type JudgeAudit } from "../../../src/audit/audit.ts";
import { judge } from "../../../src/resolve/judge/judge.ts";
import type { JudgeAnswer, JudgeQuestion } from "../../../src/resolve/judge/question.ts";
import { human } from "../../../src/resolve/human.ts";
import type { Resolver } from "../../../src/resolve/resolver.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { supervisor } from "../../../src/supervisor.ts";

type Judge = Agent<string, JudgeQuestion, JudgeAnswer>;

/** A judge that costs 100 micro-dollars an answer. */
function judging(name: string, choose: (question: JudgeQuestion) => string): Judge {
  return agent({
    name,
    retries: 0,
    run: (asked: JudgeQuestion, { report }): JudgeAnswer => {
      report({ usdMicros: 100 });
      return { choice: choose(asked) };
    },
  });
}

const holding = ({ options }: JudgeQuestion): string =>
  options.find(({ position }) => position === "hold")?.id ?? "?";
const shipping = ({ options }: JudgeQuestion): string =>
  options.find(({ position }) => position === "ship")?.id ?? "?";
const first = (): string => "A";

const member = <Name extends string>(name: Name, recommendation: string) =>
  agent({ name, run: (_task: string) => ({ recommendation }) });

/** The logs of runs of a team that differs about shipping, once per chain. */
async function runs(...chains: readonly (readonly Resolver[])[]): Promise<readonly RunEvent[]> {
  const events: RunEvent[] = [];
  for (const resolve of chains) {
    const store = memoryStore({ resumable: true });
    const team = supervisor({
      name: "gate",
      agents: { security: member("security", "hold"), style: member("style", "ship") },
      resolve,
      backend: { store },
    });
    const { runId } = await team.run("a change");
    events.push(...(await store.read(runId)));
  }
  return events;
}

function one(audits: readonly JudgeAudit[], name: string): JudgeAudit {
  const found = audits.find((audit) => audit.judge === name);
  if (found === undefined) throw new Error(`no audit of ${name}`);
  return found;
}

/** Whatever the others decide, it is not the judges'. */
const ship: Resolver = {
  name: "house rule",
  settle: () => ({ winner: "ship", confidence: 1, confidenceFrom: "rule", reasoning: "rule" }),
};

describe("an audit of judges", () => {
  test("tells one that goes by the place from one that does not", async () => {
    const events = await runs(
      [judge({ ask: judging("fickle", first) }), ship],
      [judge({ ask: judging("fickle", first) }), ship],
      [judge({ ask: judging("steady", holding) }), ship],
    );
    const audits = auditJudges(events);
    expect(audits.map(({ judge: name }) => name)).toEqual(["fickle", "steady"]);
    const fickle = one(audits, "fickle");
    expect(fickle).toMatchObject({
      questions: 2,
      failed: 0,
      flipped: { count: 2, of: 2 },
      first: { count: 4, of: 4, even: 0.5 },
      verdicts: { of: 0, kappa: null },
    });
    // Wilson: 2 of 2 is between 0.34 and 1.
    expect(fickle.flipped.interval[0]).toBeCloseTo(0.342, 3);
    expect(fickle.flipped.interval[1]).toBe(1);
    expect(one(audits, "steady")).toMatchObject({
      questions: 1,
      flipped: { count: 0, of: 1 },
      first: { count: 1, of: 2 },
    });
  });

  test("counts answers that fail or name no option, and what they cost", async () => {
    const broken = judging("broken", (): string => {
      throw new Error("no model");
    });
    const lost = judging("lost", () => "Z");
    const audits = auditJudges(
      await runs([judge({ ask: broken, name: "x" }), judge({ ask: lost, name: "y" })]),
    );
    expect(one(audits, "broken")).toMatchObject({ questions: 1, failed: 1, flipped: { of: 0 } });
    expect(one(audits, "lost")).toMatchObject({
      questions: 1,
      failed: 1,
      first: { of: 0, even: 0 },
      // Each order was asked again.
      cost: { usdMicros: 400, inputTokens: "unknown" },
      record: { truths: 0, consistent: 0, right: 0, usdMicros: 400 },
    });
  });

  test("counts the answer that it gave when it was asked again, and what it means in other words", async () => {
    const corrected = judging("corrected", ({ again, ...asked }) =>
      again === undefined ? "the better one" : `Option ${holding(asked)}.`,
    );
    const audits = auditJudges(await runs([judge({ ask: corrected })]));
    expect(one(audits, "corrected")).toMatchObject({
      questions: 1,
      failed: 0,
      flipped: { count: 0, of: 1 },
      first: { count: 1, of: 2 },
    });
  });

  test("says what a judge was told to go by, and about how many questions", async () => {
    const ask = judging("steady", holding);
    const audits = auditJudges(
      await runs(
        [judge({ ask, instructions: "Safety first." })],
        [judge({ ask, instructions: "Safety first." })],
        [judge({ ask })],
        [judge({ panel: [{ ask, instructions: "Be quick." }], instructions: "Be slow." })],
      ),
    );
    expect(one(audits, "steady").instructions).toEqual([
      { text: "Safety first.", questions: 2 },
      { text: null, questions: 1 },
      { text: "Be quick.", questions: 1 },
    ]);
  });

  test("compares it with verdicts that others reached, and not with its own", async () => {
    const audits = auditJudges(
      await runs(
        [judge({ ask: judging("own", holding) })],
        [judge({ panel: [judging("other", holding)], stopAt: 1, atLeast: 0.9 }), ship],
        [judge({ panel: [judging("other", shipping)], stopAt: 1, atLeast: 0.9 }), ship],
      ),
    );
    expect(one(audits, "own").verdicts).toEqual({ of: 0, same: 0, kappa: null });
    expect(one(audits, "other").verdicts).toEqual({ of: 2, same: 1, kappa: 0 });
  });

  test("compares judges of one panel with each other", async () => {
    const panel = [judging("a", holding), judging("b", holding), judging("c", shipping)];
    const audits = auditJudges(await runs([judge({ panel, stopAt: 1 })]));
    expect(one(audits, "a").judges).toMatchObject({ of: 2, same: 1 });
    expect(one(audits, "c").judges).toMatchObject({ of: 2, same: 0 });
  });

  test("knows one that is asked in one order", async () => {
    const panel = [{ ask: judging("score", holding), once: true }];
    const audits = auditJudges(await runs([judge({ panel, stopAt: 1 })]));
    expect(one(audits, "score")).toMatchObject({
      questions: 1,
      failed: 0,
      flipped: { count: 0, of: 0, interval: [0, 1] },
      first: { count: 1, of: 1 },
    });
  });

  test("makes a record of what persons decided, which a panel takes", async () => {
    const store = memoryStore({ resumable: true });
    const panel = [judging("right", shipping), judging("wrong", holding), judging("mute", first)];
    const team = supervisor({
      name: "gate",
      agents: { security: member("security", "hold"), style: member("style", "ship") },
      resolve: [judge({ panel, stopAt: 1, atLeast: 0.95 }), human()],
      backend: { store },
    });
    const waiting = await team.run("a change");
    expect(waiting.status).toBe("waiting");
    await team.decide(waiting.runId, { subject: "task", winner: "ship", why: "tested" });
    const audits = auditJudges(await store.read(waiting.runId));
    const records = new Map(audits.map(({ judge: name, record }) => [name, record]));
    expect(Object.fromEntries(records)).toEqual({
      right: { truths: 1, consistent: 1, right: 1, usdMicros: 200 },
      wrong: { truths: 1, consistent: 1, right: 0, usdMicros: 200 },
      mute: { truths: 1, consistent: 0, right: 0, usdMicros: 200 },
    });
    expect(one(audits, "right").verdicts).toMatchObject({ of: 1, same: 1 });
    expect(judge({ panel, weights: records, order: "worth" }).asks).toHaveLength(3);
  });

  test("counts what was asked to the end, and not what stayed open", async () => {
    const events = await runs([judge({ ask: judging("steady", holding) })]);
    const [ended] = auditJudges(events);
    expect(ended?.questions).toBe(1);
    const open = events.filter(({ type }) => type !== "call.succeeded");
    expect(auditJudges(open)).toEqual([]);
  });

  const logged = (bodies: readonly EventBody[]): readonly RunEvent[] =>
    bodies.map((body, i) => ({ ...body, runId: "r", seq: i + 1, atMs: i }));
  const cost = { usdMicros: 1, inputTokens: 1, outputTokens: 1 };
  const answered = (place: CallPlace, choice: string, model?: string): EventBody => ({
    type: "call.succeeded",
    ...place,
    attempt: 1,
    durationMs: 1,
    output: { choice },
    cost,
    ...(model !== undefined && { model }),
  });
  /** The answer of an agent of the root, or of its judge: `"a"`, `"~judge/question"`. */
  const answer = (callId: string, choice: string, model?: string): EventBody => {
    const [, judge, question] = /^~([^/]*)\/(.*)$/.exec(callId) ?? [];
    const place =
      judge === undefined || question === undefined
        ? memberPlace(ROOT, callId, "agent")
        : judgePlace(ROOT, judge, question);
    return answered(place, choice, model);
  };
  const conflict = (team: TeamPlace = ROOT): EventBody => ({
    type: "conflict.found",
    ...team,
    conflict: {
      subject: "task",
      kind: "claim",
      positions: [
        { value: "ship", heldBy: [{ agent: "style" }] },
        { value: "hold", heldBy: [{ agent: "security" }] },
      ],
    },
  });

  test("says whether a judge favours itself, by its name, its model, or those it speaks for", () => {
    const events = logged([
      answer("security", "", "model-1"),
      answer("style", "", "model-2"),
      conflict(),
      // Canonical: hold, ship.
      answer("~security/judge:task:1", "A"),
      answer("~security/judge:task:2", "B"),
      answer("~other/judge:task:1", "B", "model-1"),
      answer("~other/judge:task:2", "A", "model-1"),
      answer("~third/judge:task:1", "B"),
      answer("~third/judge:task:2", "A"),
    ]);
    const audits = auditJudges(events);
    expect(one(audits, "security").own).toMatchObject({ count: 1, of: 1, even: 0.5 });
    expect(one(audits, "other").own).toMatchObject({ count: 0, of: 1 });
    expect(one(audits, "third").own).toBeNull();
    const declared = auditJudges(events, { authorOf: { third: ["style"] } });
    expect(one(declared, "third").own).toMatchObject({ count: 1, of: 1 });
  });

  test("reads nested teams, further calls, and odd names", () => {
    const team = teamPlace("inner/team", 2);
    const second = judgePlace(team, "a b", "x:y:task:2");
    const events = logged([
      conflict(team),
      answered(judgePlace(team, "a b", "x:y:task:1"), "A"),
      answered(second, "A"),
      answered(furtherPlace(second, "tier", "strong"), "B"),
      // No judge's: another subject, another form, another resolver's own.
      answer("~b/judge:other:1", "A"),
      answer("~c/whatever", "A"),
      answer("~d/judge:task:3", "A"),
    ]);
    const audits = auditJudges(events);
    expect(audits).toHaveLength(1);
    expect(audits[0]).toMatchObject({
      judge: "a b",
      questions: 1,
      flipped: { count: 0, of: 1 },
      cost: { usdMicros: 3 },
    });
  });

  test("leaves out what it cannot see", () => {
    const [seen] = logged([answer("~a/judge:task:1", "A")]);
    if (seen?.type !== "call.succeeded") throw new Error("not an answer");
    const found = logged([conflict()]);
    expect(auditJudges([...found, { ...seen, redacted: true }])).toEqual([]);
    expect(auditJudges([seen])).toEqual([]);
    expect(auditJudges([...found, { ...seen, output: null }])[0]).toMatchObject({ failed: 1 });
    expect(auditJudges([])).toEqual([]);
  });
});

describe("agreement beyond chance", () => {
  test("is Cohen's kappa", () => {
    // The textbook's 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: observed 0.7, by chance 0.5.
    const pairs = [
      ...Array.from({ length: 20 }, () => [0, 0] as const),
      ...Array.from({ length: 5 }, () => [0, 1] as const),
      ...Array.from({ length: 10 }, () => [1, 0] as const),
      ...Array.from({ length: 15 }, () => [1, 1] as const),
    ];
    expect(agreement(pairs)).toEqual({ of: 50, same: 35, kappa: 0.4 });
  });

  test("is not known where chance explains all, or there is nothing", () => {
    expect(agreement([])).toEqual({ of: 0, same: 0, kappa: null });
    expect(agreement([[1, 1]])).toEqual({ of: 1, same: 1, kappa: null });
    const never = agreement([
      [0, 1],
      [1, 0],
    ]);
    expect(never.kappa).toBe(-1);
  });
});
