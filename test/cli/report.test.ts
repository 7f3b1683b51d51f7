import { callBar } from "../../src/cli/shown/call-bar.ts";
import { describe, expect, it } from "vitest";
import { positionText } from "../../src/cli/shown/summarize.ts";
import { explain } from "../../src/cli/shown/explain.ts";
import { lineProgress } from "../../src/cli/shown/line-progress.ts";
import { report } from "../../src/cli/shown/report.ts";
import { runJson } from "../../src/report/run-json.ts";
import { runFold, viewRun } from "../../src/report/run-view.ts";
import { timeline } from "../../src/cli/shown/timeline.ts";
import { columnsOf } from "../../src/cli/shown/wrap.ts";
import type { RunEvent } from "../../src/model/events.ts";
import type { Verdict } from "../../src/model/verdict.ts";
import { bodies, events, holdVerdict, runId, startMs } from "./a-run.ts";
import { piped } from "./piped.ts";

const whole = viewRun(runId, events());

describe("report", () => {
  it("says who answered what, what was decided and why, and what is missing", () => {
    const page = report(whole, piped()).join("\n");
    expect(page).toContain("gate 2  partial");
    expect(page).toMatch(/security +ok +1\.00 s +\(2 attempts\) hold/);
    expect(page).toMatch(/legal +failed +600 ms +no such statute/);
    expect(page).toContain("hold: decided by vote, confidence 0.60 (laplace)");
    expect(page).toContain("vote: decides, hold has 2 of 3 votes");
    expect(page).toContain("4 calls, 5 attempts; cost and tokens unknown");
  });

  it("tells of a run that was killed at any moment what its log knows", () => {
    for (let upTo = 0; upTo < bodies.length; upTo++) {
      const run = viewRun(runId, events(upTo));
      const lines = [...report(run, piped()), ...timeline(run, piped()), ...explain(run, piped())];
      for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(80);
      expect(lines.join("\n")).toContain("not finished");
    }
  });

  it("takes a call that was open when the run stopped for one that is to be asked again", () => {
    const stopped = events(7);
    const resumed: RunEvent = {
      type: "run.resumed",
      fence: 2,
      changed: true,
      runId,
      seq: 8,
      atMs: startMs + 60_000,
    };
    const run = viewRun(runId, [...stopped, resumed]);
    expect(run.calls.get("style")).toMatchObject({
      state: "waiting",
      attempts: [{ endedAtMs: startMs + 200, answered: false }],
    });
    const page = report(run, piped()).join("\n");
    expect(page).toMatch(/style +open/);
    expect(page).toContain("resumed once; its supervisor has changed since");
  });

  it("never gives an agent's text the terminal, and never outgrows it", () => {
    const nasty = `\u001b[2J\u202eevil\u200b ${"long ".repeat(500)}`;
    const run = viewRun(nasty, hostile(nasty));
    for (const columns of [40, 80]) {
      const screen = piped(columns);
      for (const full of [true, false]) {
        const lines = [
          ...report(run, screen, { full }),
          ...timeline(run, screen),
          ...explain(run, screen, { full }),
        ];
        for (const line of lines) {
          expect(columnsOf(line)).toBeLessThanOrEqual(columns);
          expect(line).not.toMatch(/\p{Cc}|\p{Cf}/u);
        }
      }
    }
  });

  it("shows the beginning of a long answer, and all of it when asked", () => {
    const long = { text: `start ${"x".repeat(300)} the-end` };
    const answered = events().map((event) =>
      event.type === "call.succeeded" ? { ...event, output: long } : event,
    );
    const run = viewRun(runId, answered);
    expect(report(run, piped()).join("\n")).not.toContain("the-end");
    expect(report(run, piped(), { full: true }).join("\n")).toContain("the-end");
  });

  it("keeps the lines and the indentation of an answer that it shows whole", () => {
    const output = { text: "first", parts: [{ deep: true }] };
    const answered = events().map((event) =>
      event.type === "call.succeeded" ? { ...event, output } : event,
    );
    const page = report(viewRun(runId, answered), piped(), { full: true }).join("\n");
    const lines = JSON.stringify(output, undefined, 2).split("\n");
    expect(page).toContain(lines.map((line) => `    ${line}`).join("\n"));
  });

  it("shows a failure and a reason whole when asked, also of a run that has no end yet", () => {
    const message = `legal failed: ${"very ".repeat(30)}badly`;
    const failing = events().flatMap((event): RunEvent[] => {
      if (event.type === "call.failed") {
        return [{ ...event, error: { ...event.error, message } }];
      }
      return event.type === "run.finished" ? [] : [event];
    });
    const { seq = 0, atMs = 0 } = failing.at(-1) ?? {};
    const reason = `${"a long ".repeat(20)}reason`;
    const cancelled = { type: "run.cancelled", runId, seq: seq + 1, atMs, reason } as const;
    const run = viewRun(runId, [...failing, cancelled]);
    const flat = (full: boolean): string =>
      report(run, piped(), { full }).join(" ").replaceAll(/\s+/g, " ");
    expect(flat(false)).not.toContain("badly");
    expect(flat(true)).toContain(message.replace("legal failed: ", ""));
    expect(flat(true)).toContain(reason);
  });

  it("keeps findings that do not stand to a count", () => {
    const finding = (winner: "present" | "absent"): RunEvent => ({
      type: "verdict.reached",
      runId,
      seq: 99,
      atMs: startMs,
      verdict: { ...holdVerdict, kind: "finding", subject: `a finding that is ${winner}`, winner },
    });
    const page = report(
      viewRun(runId, [...events(1), finding("present"), finding("absent")]),
      piped(),
    ).join("\n");
    expect(page).toContain("a finding that is present");
    expect(page).not.toContain("a finding that is absent");
    expect(page).toContain("1 other finding does not stand");
  });
});

describe("timeline", () => {
  it("draws answers solid, failed attempts shaded, waits dotted, each where it happened", () => {
    const [security, performance] = timeline(whole, piped());
    expect(security).toMatch(/▒+·+█+ +1\.00 s$/);
    expect(performance).toMatch(/^ {2}performance {2}█+ +400 ms$/);
  });

  it("draws what queued thin, before the work", () => {
    const call = [...whole.calls.values()].find(({ agent }) => agent === "performance");
    if (call === undefined) throw new Error("There is no such call.");
    const [attempt] = call.attempts;
    if (attempt === undefined) throw new Error("There is no attempt.");
    const { startedAtMs } = whole;
    const scale = { fromMs: startedAtMs, toMs: startedAtMs + 1_000, columns: 10 };
    const waitsFor = { kind: "limiter", name: "models" } as const;
    const begun = { ...attempt, queued: { atMs: startedAtMs, waitsFor } };
    const worked = { startedAtMs: startedAtMs + 400, endedAtMs: startedAtMs + 700 };
    expect(callBar({ ...call, attempts: [{ ...begun, ...worked }] }, scale)).toBe("┈┈┈┈███   ");
    const open = { startedAtMs: startedAtMs + 400, endedAtMs: null, answered: false };
    expect(callBar({ ...call, attempts: [{ ...begun, ...open }] }, scale)).toBe("┈┈┈┈██████");
    const queued = { atMs: startedAtMs + 200, waitsFor };
    expect(callBar({ ...call, attempts: [], queued }, scale)).toBe("  ┈┈┈┈┈┈┈┈");
  });
});

describe("explain", () => {
  it("says who said what in which words, which resolver decided, and who did not answer", () => {
    const page = explain(whole, piped()).join("\n");
    expect(page).toMatch(
      /hold \(2\)\n +security: a token is logged\n +performance\n +ship \(1\)\n +style/,
    );
    expect(page).toContain("why: unanimous: defers, 2 positions. vote: decides");
    expect(page).toContain("did not answer: legal");
  });

  it("can be asked about one subject", () => {
    expect(explain(whole, piped(), { subject: "TASK" }).length).toBeGreaterThan(0);
    expect(explain(whole, piped(), { subject: "else" })).toEqual([]);
  });
});

describe("a finding with a place", () => {
  const nasty = "\u001b[2J";
  const finding = {
    text: "eval of what a user wrote",
    file: "src/a.ts",
    line: 10,
    severity: "high",
    rule: `no-eval${nasty}`,
    suggestion: "parse it",
  } as const;
  const { text, ...details } = finding;
  const heldBy = [{ agent: "security", evidence: text, finding: { ...details, line: 12 } }];
  const verdict: Verdict = {
    ...holdVerdict,
    subject: `src/a.ts:10: ${text}`,
    kind: "finding",
    finding,
    winner: "present",
    positions: [{ value: "present", heldBy }],
    dissent: [],
  };
  const run = viewRun(
    runId,
    events().map((event) => (event.type === "verdict.reached" ? { ...event, verdict } : event)),
  );

  it("is shown with it, with its severity, its rule and what to do", () => {
    const short = report(run, piped()).join("\n");
    expect(short).toContain("src/a.ts:10: eval of what a user wrote");
    expect(short).toContain("severity high, rule no-eval");
    const page = explain(run, piped(120)).join("\n");
    expect(page).toContain("src/a.ts:10: eval of what a user wrote");
    expect(page).toContain("security (src/a.ts:12, severity high, rule no-eval");
    expect(page).toContain("suggestion: parse it");
    expect(page + short).not.toContain("\u001b");
  });

  it("is whole in the JSON of its run", () => {
    expect(runJson(run)).toMatchObject({ verdicts: [{ finding, positions: [{ heldBy }] }] });
  });
});

it("a position that has nothing to be seen is shown as an empty text in quotes", () => {
  for (const position of ["", " ", "\u200b"]) expect(positionText(position)).toBe('""');
});

describe("run as JSON", () => {
  it("keeps an agent's result under its name, whatever the name", () => {
    const named = events().map((event) =>
      "agent" in event ? { ...event, agent: "__proto__", callId: "__proto__" } : event,
    );
    const json = JSON.parse(JSON.stringify(runJson(viewRun(runId, named)))) as { results: object };
    expect(Object.keys(json.results)).toContain("__proto__");
  });
});

describe("progress of a piped run", () => {
  it("is one plain line per event, in order", () => {
    const screen = piped();
    const progress = lineProgress(screen, true);
    const fold = runFold(runId);
    for (const event of events()) {
      fold.add(event);
      progress.update(event, fold.view());
    }
    expect(screen.printed).toHaveLength(bodies.length);
    expect(screen.printed[6]).toBe(
      "     200 ms  security asked again in 300 ms: timed out after 200 ms",
    );
    for (const line of screen.printed) expect(columnsOf(line)).toBeLessThanOrEqual(80);
  });
});

/** The same run with `text` wherever somebody else's text can stand. */
function hostile(text: string): RunEvent[] {
  const replaced = JSON.parse(JSON.stringify(events()), (key, value: unknown) =>
    typeof value === "string" &&
    value !== "unknown" &&
    !["type", "status", "kind", "mode", "code", "why"].includes(key)
      ? text
      : value,
  ) as RunEvent[];
  return replaced;
}
