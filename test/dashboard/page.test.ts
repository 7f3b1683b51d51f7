import { beforeAll, describe, expect, it } from "vitest";
import { wouldChange, whyOf } from "../../dashboard/src/model/chain.ts";
import { matricesOf } from "../../dashboard/src/model/columns.ts";
import { loadOf } from "../../dashboard/src/model/load.ts";
import { pageOf, type RunPage } from "../../dashboard/src/model/page.ts";
import { scaleOf } from "../../dashboard/src/model/scale.ts";
import { finderFor, finds, findsLane } from "../../dashboard/src/model/search.ts";
import { placeIn, callHref, subjectHref } from "../../dashboard/src/model/place.ts";
import { billOf, type RunEvent } from "../../src/index.ts";
import { viewRun } from "../../src/report/run-view.ts";
import { DEMO_RUN, demoEvents } from "./demo-run.ts";

const pageFrom = (events: readonly RunEvent[]): RunPage =>
  pageOf(viewRun(DEMO_RUN, events), billOf(events));

const factsOf = ({ answer }: RunPage): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(answer.facts.map(({ title, value, detail }) => [title, [value, detail]]));

describe("the page of a run that waits for a person", () => {
  let events: readonly RunEvent[] = [];
  let page: RunPage;
  beforeAll(async () => {
    events = await demoEvents();
    page = pageFrom(events);
  });

  const lane = (id: string) => page.lanes.find((one) => one.id === id);

  it("says the answer in one sentence, and six facts", () => {
    expect(page.answer.headline).toBe("3 findings stand, 1 waits for a person");
    expect(page.answer.tone).toBe("person");
    expect(factsOf(page)).toEqual({
      Status: ["Waits", "12 of 13 answered"],
      Confidence: ["0.57–0.80", "laplace, not calibrated"],
      Dissent: ["12 of 12 agents", "gemini on 6, copilot on 5 of 21"],
      Cost: ["≥ $0.3973", "2 of 13 calls reported nothing"],
      Duration: ["1.87 s", expect.stringMatching(/^\d\.\d\d s queued in all$/)],
      Notices: ["2 warnings", "types missing, 1 timeout"],
    });
  });

  it("numbers subjects by how many report them, and says what became of each", () => {
    expect(page.subjects.slice(0, 3).map(({ fate, support }) => [fate, support])).toEqual([
      ["stands", 11],
      ["stands", 8],
      ["stands", 3],
    ]);
    expect(page.subjects.filter(({ fate }) => fate === "waits")).toHaveLength(1);
    expect(page.subjects.map(({ number }) => number)).toEqual(
      Array.from({ length: 21 }, (_, index) => index + 1),
    );
  });

  it("knows what each agent holds about each subject, and whether it is against the verdict", () => {
    const [first] = page.subjects;
    const present = first?.positions.findIndex(({ value }) => value === "present");
    expect(first?.held.get("augment")).toEqual({ position: present, against: false });
    expect(first?.held.get("propel")).toMatchObject({ against: true });
    expect(first?.held.get("types")).toEqual({ position: "missing" });
  });

  it("folds agents that hold the same everywhere into one column, and puts who is missing last", () => {
    const [folded] = matricesOf(page.run, page.subjects, true);
    const [whole] = matricesOf(page.run, page.subjects, false);
    expect(folded?.columns[0]?.agents).toEqual(["claude", "graphite", "greptile"]);
    expect(folded?.columns.at(-1)).toMatchObject({ agents: ["types"], missing: true });
    expect(whole?.columns).toHaveLength(13);
  });

  it("draws a bar for every attempt, with waiting apart from working", () => {
    expect(lane("kg")?.bars).toEqual([
      { kind: "queued", fromMs: 0, toMs: 704 },
      { kind: "answered", fromMs: 704, toMs: 1_311 },
    ]);
    expect(lane("graphite")?.bars.map(({ kind }) => kind)).toEqual([
      "timed-out",
      "late",
      "pause",
      "queued",
      "answered",
    ]);
    expect(lane("greptile")?.bars[0]).toEqual({ kind: "turned-away", fromMs: 0, toMs: 38 });
    expect(lane("graphite")).toMatchObject({ word: "answered", end: "×2 342 ms" });
  });

  it("says in the row itself where an answer came from, and why there is none", () => {
    expect(lane("baz")).toMatchObject({ word: "cached", note: "from the cache, run 50332ffa" });
    expect(lane("types")).toMatchObject({
      word: "failed",
      end: "missing",
      note: "there is no program “tsc” on this machine",
    });
  });

  it("draws the person that is asked until somebody decides", () => {
    expect(page.lanes.at(-1)).toMatchObject({
      word: "waits",
      bars: [{ kind: "person-open", fromMs: 1_873, toMs: null }],
    });
  });

  it("counts what was in flight and what queued at every moment", () => {
    const load = loadOf(page.lanes, page.endMs);
    expect(load[0]).toEqual({ atMs: 0, working: 8, queued: 4 });
    expect(Math.max(...load.map(({ working }) => working))).toBe(8);
    expect(load.at(-1)).toEqual({ atMs: 1_873, working: 0, queued: 0 });
  });

  it("gives as much room to every moment in the sequence as it gives to time on the clock", () => {
    const time = scaleOf("time", page.lanes, page.endMs);
    const sequence = scaleOf("sequence", page.lanes, page.endMs);
    const width = ({ at }: typeof time): number => at(44) - at(38);
    expect(width(time)).toBeLessThan(0.005);
    expect(width(sequence)).toBeGreaterThan(0.02);
    expect(time.at(0)).toBe(0);
    expect(time.at(page.endMs)).toBeGreaterThan(0.9);
  });

  it("tells spent, saved and wasted apart, and what nobody reported from nothing", () => {
    const { agents, spent, saved, wasted } = page.costs;
    const of = (name: string) => agents.find(({ agent }) => agent === name);
    expect(spent?.cost.atLeast?.usdMicros).toBe(397_399);
    expect([saved.cost.usdMicros, wasted.cost.usdMicros]).toEqual([73_143, 4_599]);
    expect(of("graphite")).toMatchObject({ cost: { usdMicros: 10_095 }, wasted: 4_599 });
    expect(of("baz")).toMatchObject({ cost: { usdMicros: 0 }, saved: 73_143 });
    expect(of("kg")?.cost).toMatchObject({ usdMicros: "unknown" });
    expect(of("types")?.cost.usdMicros).toBe(0);
    expect([saved.words, wasted.words]).toEqual([
      "1 answer from the cache",
      "2 attempts failed, 1 attempt came too late",
    ]);
  });

  it("says what each resolver of the chain said, and what would have changed it", () => {
    const [, , third] = page.subjects;
    const verdict = third?.verdict;
    if (verdict === undefined) throw new Error("There is no verdict.");
    const why = whyOf(verdict);
    expect(why.whole).toBe("");
    expect(why.steps.map(({ resolver, did }) => [resolver, did])).toEqual([
      ["unanimous", "deferred"],
      ["vote", "deferred"],
      ["human", "deferred"],
      ["support", "decided"],
    ]);
    expect(why.steps.at(-1)?.why).toBe("Reported by 3 agents; at least 3 are asked for.");
    expect(wouldChange(verdict, why)).toBe(
      "It falls if any one of augment, baz, propel takes it back.",
    );
    const waiting = page.subjects.find(({ fate }) => fate === "waits")?.verdict;
    expect(waiting?.steps?.map(({ resolver, did }) => `${resolver} ${did}`)).toEqual([
      "unanimous deferred",
      "vote deferred",
      "human waits",
    ]);
  });

  it("shows the reasoning of an earlier version, which has no steps, as it is", () => {
    const verdict = page.subjects[2]?.verdict;
    if (verdict === undefined) throw new Error("There is no verdict.");
    const { steps: _steps, ...earlier } = verdict;
    const { whole, steps } = whyOf(earlier);
    expect(steps).toEqual([]);
    expect(whole).toContain("vote deferred: ");
    expect(`${whole} Missing: types.`).toBe(verdict.reasoning);
  });

  it("finds calls and findings by a text or an expression, and nothing by one that is not finished", () => {
    const found = (query: string): number =>
      page.subjects.filter((one) => finds(finderFor(query), one)).length;
    expect(found("")).toBe(21);
    expect(found("TIMEZONE")).toBeGreaterThan(1);
    expect(found("/^`?dayjs/")).toBe(2);
    expect(found("/(/")).toBe(0);
    expect(found("/never ended")).toBe(0);
    expect(page.lanes.filter((one) => findsLane(finderFor("cached"), one))).toHaveLength(1);
  });

  it("is the same when the log is read a second time", async () => {
    expect(pageFrom(await demoEvents())).toEqual(page);
  });

  it("can be drawn after every event of the log", () => {
    for (let many = 0; many <= events.length; many++) {
      const part = pageFrom(events.slice(0, many));
      expect(part.answer.facts).toHaveLength(6);
    }
    expect(pageFrom(events.slice(0, 30)).answer.headline).toMatch(/^Running: \d of 13 answered$/);
  });
});

describe("the page of a run that a person decided about", () => {
  it("says who decided, and does not count the wait as work", async () => {
    const page = pageFrom(await demoEvents({ decided: true }));
    expect(page.answer).toMatchObject({
      headline: "Does not pass: 4 findings stand",
      tone: "fail",
    });
    expect(factsOf(page)["Gate"]).toEqual(["Does not pass", "4 findings stand"]);
    expect(factsOf(page)["Duration"]).toEqual(["12 min 02 s", "12 min 00 s for a person"]);
    expect(page.run.decisions).toMatchObject([{ by: "marta", winner: "present" }]);
    expect(page.lanes.at(-1)).toMatchObject({ word: "answered", note: "marta" });
    const scale = scaleOf("time", page.lanes, page.endMs);
    expect(scale.at(1_873)).toBeGreaterThan(0.5);
  });
});

describe("a link to a row", () => {
  it("leads back to the call or the subject, whatever the call is called", () => {
    for (const callId of ["augment", "a/b~2", "100% <b>", "ü #x"]) {
      expect(placeIn(callHref(callId))).toEqual({ kind: "call", callId });
    }
    expect(placeIn(subjectHref(7))).toEqual({ kind: "subject", number: 7 });
    expect(placeIn("#bill")).toEqual({ kind: "part", id: "bill" });
    expect(placeIn("#call/%E0%A4%A")).toEqual({ kind: "call", callId: "%E0%A4%A" });
    expect(placeIn("")).toBeUndefined();
  });
});
