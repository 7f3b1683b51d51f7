import { createRequire } from "node:module";
import { default as draft04 } from "ajv-draft-04";
import fc from "fast-check";
import { parse } from "junit2json";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { describe, expect, it } from "vitest";
import { junit as readJunit, sarif as readSarif } from "../../src/command/index.ts";
import { render, report, type Report } from "../../src/report/index.ts";
import { markdownCode, markdownText } from "../../src/report/markdown-text.ts";
import { plain } from "../../src/model/text.ts";
import { hostile, HOSTILE_TEXTS } from "./hostile-review.ts";
import { review } from "./review.ts";

const require = createRequire(import.meta.url);

const html = (markdown: string): string =>
  micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()] });

const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"' } as const;

/** What is read of a page, without its tags. */
const seen = (page: string): string =>
  page
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll(/&(amp|lt|gt|quot);/g, (_, name: keyof typeof ENTITIES) => ENTITIES[name]);

const oneLine = (text: string): string => plain(text).replaceAll(/\s+/g, " ").trim();

/** What GitHub makes a link or a mention of after Markdown has been rendered: everywhere but in code. */
const prose = (page: string): string => seen(page.replaceAll(/<code>[^]*?<\/code>/g, ""));

/** Marks that turn the direction of writing. */
const UNSEEN_MARKS = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

const BITS = [...HOSTILE_TEXTS, ..."@#`|*_[]<>\\&:/.~!$%\n -+=1a".split(""), "www.", "http://"];
const text = fc
  .array(fc.oneof(fc.constantFrom(...BITS), fc.string({ unit: "binary", maxLength: 8 })), {
    maxLength: 12,
  })
  .map((parts) => parts.join(""));

describe("a report as Markdown", () => {
  it("says what was decided, who held what, what stands with its place, who is missing and what it took", async () => {
    const outcome = await review.run({}, { runId: "r-1" });
    const events = await review.backend.store.read(outcome.runId);
    const made = report(events.map((event, index) => ({ ...event, atMs: index })));
    await expect(render(made, "md")).toMatchFileSnapshot("snapshots/review.md");
  });

  it("shows any text of others as that text: nothing in it links, mentions, shows a picture or begins a block", () => {
    fc.assert(
      fc.property(text, (given) => {
        const page = html(`- ${markdownText(given, 10_000)}`);
        expect(page.replaceAll(/<\/?code>/g, "")).toMatch(/^<ul>\n<li>[^<>]*<\/li>\n<\/ul>$/);
        expect(seen(page).trim().replaceAll(/\s+/g, " ")).toBe(oneLine(given));
        expect(prose(page)).not.toMatch(/[@#]\w|:\/\/|www\./);
      }),
    );
  });

  it("shows any name as code, and nothing else", () => {
    fc.assert(
      fc.property(text, (given) => {
        fc.pre(oneLine(given) !== "");
        const page = html(`- ${markdownCode(given, 10_000)}`);
        expect(page).toMatch(/^<ul>\n<li><code>[^<>]*<\/code><\/li>\n<\/ul>$/);
        expect(seen(page).trim()).toBe(oneLine(given));
      }),
    );
  });

  it("has no link, no picture, no mention and no block of an agent's, whatever agents say wherever they can", async () => {
    const outcome = await hostile.run({});
    for (const run of [outcome, await hostile.backend.store.read(outcome.runId)]) {
      const page = html(render(report(run), "md"));
      expect([...page.matchAll(/<(\w+)/g)].map(([, tag]) => tag)).not.toEqual(
        expect.arrayContaining(["a", "img", "script", "pre", "table", "h1", "blockquote"]),
      );
      expect(prose(page)).not.toMatch(/[@#]\w|:\/\/|www\.|deadbeef/);
    }
  });

  it("fits into a comment: whole lines, and a last one that says how many are left out", async () => {
    const made = report(await hostile.run({}));
    const findings = Array.from({ length: 400 }, () => made.findings).flat();
    const shown = render({ ...made, findings }, "md");
    expect(shown.length).toBeLessThanOrEqual(60_000);
    expect(shown).toMatch(/\n[\d,]+ lines more did not fit\.\n$/);
  });
});

describe("a report as JUnit XML", () => {
  it("is read by another reader of it: an error for who failed, a failure for what stands", async () => {
    const made = report(await review.backend.store.read(await runId()));
    const read = await parse(render(made, "junit"));
    if (read === undefined || read === null || !("testsuite" in read)) throw new Error("no suites");
    expect(
      read.testsuite?.map(({ name, tests, failures, errors }) => [name, tests, failures, errors]),
    ).toEqual([
      ["review: agents", 4, 0, 1],
      ["review: verdicts", 1, 0, 0],
      ["review: notices", 0, 0, 0],
      ["review: findings", 2, 2, 0],
    ]);
    const warned = { ...made, notices: [{ code: "one-voice", level: "warn", message: "alone" }] };
    expect(render(warned as Report, "junit")).toContain(
      '<failure type="one-voice" message="alone">',
    );
    expect(render(warned as Report, "md")).toContain("- **Warning**: alone\n");
    const [agents, , , findings] = read.testsuite ?? [];
    expect(agents?.testcase?.[3]).toMatchObject({
      name: "dan",
      error: [{ type: "failed", message: expect.stringContaining("no such model") }],
    });
    expect(findings?.testcase?.[0]).toMatchObject({
      name: "src/login.ts:10-12: The token is logged",
      file: "src/login.ts",
      line: 10,
      failure: [{ type: "critical", message: "The token is logged" }],
    });
  });

  it("is well-formed whatever agents say, and each text stands in its place", async () => {
    const xml = render(report(await hostile.run({})), "junit");
    const read = await parse(xml);
    if (read === undefined || read === null || !("testsuite" in read)) throw new Error("no suites");
    expect(xml).not.toMatch(UNSEEN_MARKS);
    const [agents, verdicts, , findings] = read.testsuite ?? [];
    expect(agents?.testcase?.map(({ name }) => name)).toContain("ann @octocat `x`");
    expect(verdicts?.testcase).toHaveLength(HOSTILE_TEXTS.length);
    expect(findings?.testcase?.every(({ failure }) => failure?.length === 1)).toBe(true);
    const bad = read.testsuite?.map(({ failures = 0, errors = 0 }) => failures + errors) ?? [];
    expect(readJunit({ stdout: xml, stderr: "", exitCode: 0, cwd: "." }).findings).toHaveLength(
      bad.reduce((sum, many) => sum + many),
    );
  });
});

describe("a report as SARIF", () => {
  const validate = new draft04.default({
    unicodeRegExp: false,
    validateFormats: false,
    strict: false,
  }).compile(require("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json") as object);
  const valid = (log: unknown): unknown => (validate(log) === true ? [] : validate.errors);

  it("keeps to the schema of SARIF, and has all that is known of a finding", async () => {
    const log = JSON.parse(render(report(await review.run({})), "sarif")) as never;
    expect(valid(log)).toEqual([]);
    expect(log).toMatchObject({
      runs: [
        {
          tool: { driver: { rules: [{ id: "no-secrets", properties: { tags: ["security"] } }] } },
          results: [
            {
              ruleId: "no-secrets",
              ruleIndex: 0,
              kind: "fail",
              level: "error",
              message: {
                text: "The token is logged\n\nSuggestion: Log its last four characters",
              },
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: "src/login.ts" },
                    region: { startLine: 10, endLine: 12 },
                  },
                },
              ],
              properties: {
                severity: "critical",
                category: "security",
                suggestion: "Log its last four characters",
                reportedBy: ["ann", "bob"],
              },
            },
          ],
          invocations: [
            {
              executionSuccessful: true,
              toolExecutionNotifications: [
                { message: { text: "The release notes are missing" } },
                { message: { text: expect.stringContaining("dan did not answer") } },
              ],
            },
          ],
        },
      ],
    });
  });

  it("tells a finding that nobody decided about as open, which is no failure", async () => {
    const made = report(await review.run({}));
    const findings = made.findings.map((one) => ({
      ...one,
      stands: null,
      status: "tied" as const,
    }));
    const log = JSON.parse(render({ ...made, findings }, "sarif")) as never;
    expect(valid(log)).toEqual([]);
    expect(log).toMatchObject({
      runs: [
        {
          results: [
            { kind: "open", level: "none" },
            { kind: "open", level: "none" },
          ],
        },
      ],
    });
  });

  it("keeps to the schema whatever agents say: no link in a message, and no path of another scheme", async () => {
    const sarif = render(report(await hostile.run({})), "sarif");
    const log = JSON.parse(sarif) as { runs: { results: { message: { text: string } }[] }[] };
    expect(valid(log)).toEqual([]);
    const results = log.runs[0]?.results ?? [];
    expect(results).toHaveLength(HOSTILE_TEXTS.length);
    for (const { message } of results) expect(message.text).not.toContain("](");
    expect(sarif).not.toMatch(UNSEEN_MARKS);
    expect(sarif).toContain('"uri": "javascript%3Aalert(1)"');
    expect(sarif).not.toContain('"uri": "javascript:');
  });

  it("is read back with the same places", async () => {
    const stdout = render(report(await review.run({})), "sarif");
    expect(readSarif({ stdout, stderr: "", exitCode: 0, cwd: "." }).findings).toMatchObject([
      { file: "src/login.ts", line: 10, endLine: 12, severity: "high", rule: "no-secrets" },
    ]);
  });
});

describe("a report as annotations of GitHub Actions", () => {
  it("is one command a line, with the place of what stands", async () => {
    expect(render(report(await review.run({})), "github")).toBe(
      "::error file=src/login.ts,line=10,endLine=12,title=no-secrets%2C reported by ann%2C bob::The token is logged%0A%0ASuggestion: Log its last four characters\n",
    );
  });

  it("runs no other command and sets no other property, whatever agents say; at most ten of a kind", async () => {
    const lines = render(report(await hostile.run({})), "github")
      .split("\n")
      .slice(0, -1);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      expect(line).toMatch(
        /^::(?:error|warning|notice) file=[^:,]*,line=\d+,endLine=\d+,title=[^:,]*::[^\r\n]*$/,
      );
    }
    const kinds = Map.groupBy(lines, (line) => line.split(" ", 1)[0]);
    expect([...kinds.values()].every((of) => of.length <= 10)).toBe(true);
  });
});

async function runId(): Promise<string> {
  return (await review.run({})).runId;
}
