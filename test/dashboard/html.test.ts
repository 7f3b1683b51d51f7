import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { agent, memory, supervisor, type RunEvent } from "../../src/index.ts";
import { htmlPage } from "../../src/report/index.ts";
import { DEMO_RUN, demoEvents } from "./demo-run.ts";
import { HOSTILE_TEXTS, hostileEvents, LONG_LINE_CHARS } from "./hostile-run.ts";

const ELEMENT = /<script type="application\/json" id="run-data">([^]*?)<\/script>/;

interface Data {
  readonly runId: string;
  readonly events: readonly RunEvent[];
  readonly bill: { readonly calls: number; readonly lines: readonly unknown[] };
  readonly interrupted?: boolean;
}

/** What is left out of a page. */
const besides = (name: string, value: unknown): unknown =>
  name === "key" ? undefined : name === "dissent" ? [] : value;

const dataOf = (page: string): Data => JSON.parse(ELEMENT.exec(page)?.[1] ?? "null");

describe("the page of a run", () => {
  let demo: readonly RunEvent[] = [];
  let page = "";
  beforeAll(async () => {
    demo = await demoEvents();
    page = htmlPage(demo);
  });

  it("holds the events of the run as data, but for what stands there twice, and keys", () => {
    const { runId, events } = dataOf(page);
    const expected = demo
      .filter(({ type }) => type !== "conflict.found")
      .map((event) => JSON.parse(JSON.stringify(event, besides)));
    expect(runId).toBe(DEMO_RUN);
    expect(events).toEqual(expected);
  });

  it("holds the bill of a run that waits, whose log has none yet", () => {
    expect(dataOf(page).bill).toMatchObject({ calls: 13 });
  });

  it("holds the whole bill, once, of a run whose log has one of an earlier version", async () => {
    const events = (await demoEvents({ decided: true })).map((event) => {
      if (event.type !== "run.finished") return event;
      const { calls, attempts, spent } = event.bill;
      return { ...event, bill: { calls, attempts, spent } } as RunEvent;
    });
    const data = dataOf(htmlPage(events));
    expect(data.bill.lines.length).toBeGreaterThan(10);
    expect(data.events.at(-1)).toMatchObject({ type: "run.finished" });
    expect(data.events.at(-1)).not.toHaveProperty("bill");
  });

  it("names the run in its title", () => {
    expect(page).toContain(`<title>code-review-board · ${DEMO_RUN} · Quorate</title>`);
  });

  it("allows its own script and its own style by their hashes, and nothing else", () => {
    const [, policy = ""] = /Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
    const hash = (text: string): string =>
      `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    const [, script = ""] = /<script type="module"[^>]*>([^]*?)<\/script>/.exec(page) ?? [];
    const [, style = ""] = /<style[^>]*>([^]*?)<\/style>/.exec(page) ?? [];
    expect(script.length).toBeGreaterThan(1_000);
    expect(policy.split("; ")).toEqual([
      "default-src 'none'",
      `script-src ${hash(script)}`,
      `style-src ${hash(style)}`,
      "img-src data:",
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    expect(page.indexOf("Content-Security-Policy")).toBeLessThan(page.indexOf("<script"));
    expect(page).not.toMatch(/<[^>]* (?:src|href)="(?!data:)/);
  });

  it("has the licences of what it is made with", () => {
    const [, licences = ""] = /id="licences">([^]*?)<\/script>/.exec(page) ?? [];
    for (const name of [
      "react ",
      "react-dom ",
      "scheduler ",
      "@tanstack/react-virtual ",
      "@base-ui/react ",
    ]) {
      expect(licences).toContain(name);
    }
    expect(licences.match(/Permission is hereby granted/g)?.length).toBeGreaterThan(1);
  });

  it("says of a run that nobody drives that it is interrupted", () => {
    const part = demo.slice(0, 20);
    expect(dataOf(htmlPage(part, { interrupted: true })).interrupted).toBe(true);
    expect(dataOf(htmlPage(part)).interrupted).toBeUndefined();
  });

  it("takes no more than 150 kB, compressed, for a run of a hundred calls", async () => {
    const events = await manyCalls(100);
    expect(events.filter(({ type }) => type === "call.succeeded")).toHaveLength(100);
    expect(gzipSync(htmlPage(events), { level: 9 }).length).toBeLessThan(150_000);
  });

  it("refuses what are no events, in one sentence", () => {
    for (const given of [[7], [{}], [], undefined, "run"]) {
      expect(() => htmlPage(given as never)).toThrow(
        expect.objectContaining({ code: "BAD_OPTIONS" }),
      );
    }
  });
});

/** Each reports four findings: one that all report, one that some do, two of its own. */
async function manyCalls(many: number): Promise<readonly RunEvent[]> {
  const words = "the check of a value that comes from outside is made after it was used by".split(
    " ",
  );
  const text = (seed: number): string =>
    Array.from(
      { length: 24 },
      (_, index) => words[(seed * 7 + index * (1 + (seed % 5))) % words.length],
    )
      .join(" ")
      .concat(` \`name${seed}\``);
  const agents = Object.fromEntries(
    Array.from({ length: many }, (_, index) => {
      const name = `agent-${index}`;
      const finding = (seed: number) => ({
        text: text(seed),
        file: `src/part-${seed % 9}.ts`,
        line: 10 + ((seed * 40) % 900),
        severity: "medium",
      });
      const findings = [
        finding(0),
        finding(1 + (index % 7)),
        finding(100 + index),
        finding(300 + index),
      ];
      return [name, agent({ name, run: () => ({ findings }) })] as const;
    }),
  );
  const team = supervisor({ name: "many", agents, backend: memory() });
  await team.run({} as never, { runId: "many" });
  return team.backend.store.read("many");
}

interface HostileOutput {
  readonly raw: readonly string[];
  readonly long: string;
}

/** What the first agent that answered did answer. */
function outputIn(events: readonly RunEvent[]): HostileOutput {
  for (const event of events) {
    if (event.type === "call.succeeded") return event.output as HostileOutput;
  }
  throw new Error("No agent answered.");
}

describe("what agents wrote that could harm a page", () => {
  let page = "";
  let events: readonly RunEvent[] = [];
  beforeAll(async () => {
    events = await hostileEvents();
    page = htmlPage(events);
  });

  it("ends no element and begins none", () => {
    const [, inside = ""] = ELEMENT.exec(page) ?? [];
    expect(inside).not.toMatch(/[<>&]/);
    const harmless = htmlPage(events.slice(0, 1));
    for (const tag of [/<script/g, /<\/script>/g, /<style/g, /<!--/g, /<title/g]) {
      expect(page.match(tag)).toEqual(harmless.match(tag));
    }
    expect(page.match(/<img|<svg onload/g)).toBeNull();
    expect(page).toContain("<title>&lt;b&gt;board · hostile · Quorate</title>");
  });

  it("hides nothing in the source of the page", () => {
    expect(ELEMENT.exec(page)?.[1]).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
    expect(page.isWellFormed()).toBe(true);
  });

  it("is all there, letter for letter", () => {
    const { raw } = outputIn(dataOf(page).events);
    expect(raw).toEqual(outputIn(events).raw);
    expect(raw[4]).toBe(HOSTILE_TEXTS[4]);
  });

  it("is cut where it is a line of five million letters, and says how many more there were", () => {
    expect(page.length).toBeLessThan(700_000);
    const { long } = outputIn(dataOf(page).events);
    const rest = LONG_LINE_CHARS + "</script>".length - 20_000;
    expect(long.endsWith(`… (${rest} more characters, which are not in this page)`)).toBe(true);
  });
});
