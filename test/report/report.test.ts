import { describe, expect, it } from "vitest";
import { agent, human, memory, QuorateError, supervisor, unanimous } from "../../src/index.ts";
import { render, report } from "../../src/report/index.ts";
import { review } from "./review.ts";

describe("the report of a run", () => {
  it("says the same of an outcome and of the run's events, but for the name and the times that an outcome does not have", async () => {
    const outcome = await review.run({});
    const events = await review.backend.store.read(outcome.runId);
    const { team, startedAtMs, durationMs, ...fromEvents } = report(events);
    const { team: _, startedAtMs: __, durationMs: ___, ...fromOutcome } = report(outcome);
    expect(fromEvents).toEqual(fromOutcome);
    expect({ team, startedAtMs }).toEqual({
      team: { name: "review", version: "3" },
      startedAtMs: events[0]?.atMs,
    });
    expect(durationMs).toBeGreaterThanOrEqual(0);
  });

  it("lists findings with all that was said of them: what stands before what does not, the worst first", async () => {
    const { findings, verdict, missing, agents } = report(await review.run({}));
    expect(findings).toMatchObject([
      {
        text: "The token is logged",
        file: "src/login.ts",
        line: 10,
        endLine: 12,
        severity: "critical",
        rule: "no-secrets",
        suggestion: "Log its last four characters",
        category: "security",
        stands: true,
        reportedBy: ["ann", "bob"],
        notReportedBy: ["cyd"],
        missing: ["dan"],
      },
      { text: "The release notes are missing", stands: true },
      { text: "The list is sorted twice", stands: false, reportedBy: ["ann"] },
    ]);
    expect(verdict).toMatchObject({ subject: "task", winner: "hold", status: "decided" });
    expect(missing).toMatchObject([{ agent: "dan", why: "failed" }]);
    expect(agents.map(({ agent, status }) => `${agent} ${status}`)).toEqual([
      "ann ok",
      "bob ok",
      "cyd ok",
      "dan failed",
    ]);
  });

  it("says the same of a run that waits for a person, and of what came of it, but for what an outcome does not have", async () => {
    const saying = <Name extends string>(name: Name, recommendation: string) =>
      agent({ name, run: () => ({ recommendation }) });
    const backend = memory({ resumable: true });
    const { store } = backend;
    const asking = supervisor({
      name: "asking",
      backend,
      agents: { bold: saying("bold", "ship"), careful: saying("careful", "hold") },
      resolve: [unanimous(), human()],
      gate: { pass: ["ship"] },
    });
    const unknown = { team: null, startedAtMs: null, durationMs: null, against: [] };
    const waiting = await asking.run({});
    expect({ ...report(await store.read(waiting.runId)), ...unknown }).toEqual(report(waiting));
    expect(report(waiting)).toMatchObject({ status: "waiting", verdict: { winner: null } });
    const decision = { subject: "task", winner: "hold", why: "not on a Friday" };
    const decided = await asking.decide(waiting.runId, decision);
    const fromLog = report(await store.read(waiting.runId));
    expect(fromLog).toMatchObject({ passed: false, against: ["task"] });
    expect({ ...fromLog, ...unknown }).toEqual(report(decided));
  });

  it("is plain JSON", async () => {
    const made = report(await review.run({}));
    expect(JSON.parse(render(made, "json"))).toEqual(made);
  });

  it("tells a run that has not ended as far as it went", async () => {
    const events = await review.backend.store.read((await review.run({})).runId);
    const begun = report(events.slice(0, 4));
    expect(begun).toMatchObject({ status: "running", verdict: null });
    expect(begun.agents).toHaveLength(4);
    expect(render(begun, "md")).toContain("Not finished");
  });

  it.each([undefined, null, 7, "run", {}, { runId: 1 }, [1]])(
    "is refused for what is no run: %j",
    (given) => {
      expect(() => report(given as never)).toThrow(QuorateError);
    },
  );

  it("is rendered in no format that there is not, and nothing else is rendered", async () => {
    const made = report(await review.run({}));
    expect(() => render(made, "pdf" as never)).toThrow('render(): format is "pdf"');
    expect(() => render({} as never, "md")).toThrow("give what report() made");
  });
});
