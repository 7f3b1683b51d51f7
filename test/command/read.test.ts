import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commandAgent, junit, lastJson, sarif } from "../../src/command/index.ts";
import { answerOf, failureOf, play } from "./play.ts";

const ran = (stdout: string, exitCode = 0): Parameters<typeof lastJson>[0] => ({
  stdout,
  stderr: "",
  exitCode,
  cwd: "/",
});
const last = (stdout: string): unknown => lastJson(ran(stdout));
const hold = { recommendation: "hold", reasons: ['a } in "quotes"'] };
const document = JSON.stringify(hold);

describe("the last JSON document of a text", () => {
  it.each([
    ["alone", document],
    [
      "with a byte order mark and CRLF",
      `\uFEFF${JSON.stringify(hold, null, 2).replaceAll("\n", "\r\n")}\r\n`,
    ],
    ["in a fence", `Here it is:\n\`\`\`json\n${document}\n\`\`\`\nThat's all.`],
    ["in a fence that is not closed", `\`\`\`json\n${document}`],
    ["after a warning", `Model metadata not found {}\n${document}`],
    ["before a notice", `${document}\nnotice: see [1] and {x}`],
    ["after another", `{"recommendation":"ship"}\n\n${document}`],
    ["in a line", `My answer is ${document} as of [2].`],
    ["after prose with quotes and brackets", `He said "use [x" and {y: "z\n${document}`],
    ["after a text in brackets that opens one", `["see ${document}`],
    ["within something broken", `{"steps": [1, 2,, ]\n${document}`],
  ])("is found %s", (_, text) => {
    expect(last(text)).toEqual(hold);
  });

  it("may be a list, or a plain value that is all there is", () => {
    expect(last('Sure:\n[{"a":1},{"b":2}]')).toEqual([{ a: 1 }, { b: 2 }]);
    expect(last(' "ship"\n')).toBe("ship");
  });

  it.each([
    "",
    "nothing",
    document.slice(0, -1),
    "{'a': 1}",
    '{"a": 01}',
    "[1,]",
    '{"a":"\u0001"}',
  ])("is not made up of what is none: %j", (text) => {
    expect(() => last(text)).toThrow("has no complete JSON document");
  });

  it("is found in any prose that has no document of its own, and is what JSON.parse makes of it", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.stringMatching(/^[a-z ,.\n]*$/),
        (value, prose) => {
          const written = JSON.stringify(value);
          expect(last(`${prose}\n${written}\n${prose}`)).toEqual(JSON.parse(written));
        },
      ),
    );
  });

  it.each(["[", "{", '["', '{"a":', '"[', "[[]", '{"a":[1,'])(
    "takes no longer than the text, of 400,000 times %s",
    (part) => {
      expect(() => last(part.repeat(400_000))).not.toThrow(RangeError);
    },
    5_000,
  );

  it("is asked for again where it is half, and says so", async () => {
    const half = commandAgent({ name: "half", read: lastJson, ...play("print", '{"a":') });
    expect(await failureOf(half)).toEqual({
      code: "OUTPUT_INVALID",
      attempts: 2,
      message: "half: the answer has no complete JSON document; answer with JSON alone",
    });
    const mended = commandAgent({ name: "mended", read: lastJson, ...play("mend", document) });
    expect(await answerOf(mended)).toEqual(hold);
  });
});

const SARIF = {
  version: "2.1.0",
  runs: [
    {
      tool: {
        driver: {
          name: "lint",
          rules: [
            {
              id: "no-eval",
              properties: { "security-severity": "9.8" },
              messageStrings: { found: { text: "{0} calls {1}" } },
            },
            { id: "style", defaultConfiguration: { level: "note" } },
          ],
        },
      },
      results: [
        {
          ruleId: "no-eval",
          message: { id: "found", arguments: ["a", "eval"] },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: "src/a%20b.ts" },
                region: { startLine: 3, endLine: 5 },
              },
            },
          ],
        },
        { ruleIndex: 1, message: { text: "Long line" }, locations: [] },
        { ruleId: "x", level: "error", message: { text: "Broken" } },
        { ruleId: "x", message: { text: "suppressed" }, suppressions: [{ kind: "inSource" }] },
        {
          ruleId: "x",
          message: { text: "still counts" },
          suppressions: [{ kind: "inSource", status: "rejected" }],
        },
        { ruleId: "x", kind: "pass", message: { text: "passes" } },
      ],
    },
  ],
};

describe("SARIF", () => {
  it("is read as findings with their places, severities and rules", () => {
    expect(sarif(ran(`\uFEFF${JSON.stringify(SARIF)}`, 1))).toEqual({
      findings: [
        {
          text: "a calls eval",
          file: "src/a b.ts",
          line: 3,
          endLine: 5,
          severity: "critical",
          rule: "no-eval",
        },
        { text: "Long line", severity: "low", rule: "style" },
        { text: "Broken", severity: "high", rule: "x" },
        { text: "still counts", severity: "medium", rule: "x" },
      ],
    });
  });

  it("of more than 1,000 results keeps those of the highest severity, and says how many it left out", () => {
    const results = Array.from({ length: 1_500 }, (_, index) => ({
      message: { text: `m${index}` },
      level: index === 1_499 ? "error" : "note",
    }));
    const { findings, omitted } = sarif(ran(JSON.stringify({ runs: [{ results }] }), 1));
    expect([findings.length, omitted, findings[0]?.text]).toEqual([1_000, 500, "m1499"]);
  });

  it("that finds nothing is no answer of a program that failed", async () => {
    const empty = JSON.stringify({ runs: [{ results: [] }] });
    const lint = (
      code: string,
    ): ReturnType<typeof commandAgent<"lint", unknown, unknown, unknown>> =>
      commandAgent({ name: "lint", read: sarif, retries: 0, ...play("exit", code, empty) });
    expect(await answerOf(lint("0"))).toEqual({ findings: [] });
    expect((await failureOf(lint("2"))).message).toContain(
      "exited with 2, which is not listed as an answer",
    );
  });

  it.each(["", "{", "{}", "null", '{"runs":1}'])("is not made up of what is none: %j", (stdout) => {
    expect(() => sarif(ran(stdout))).toThrow(/not SARIF|not a JSON document/);
  });

  it("takes values of the wrong kind for parts that are not there", () => {
    const results = [
      { message: 1, locations: 2, ruleId: {}, level: [] },
      null,
      { locations: [{ physicalLocation: { region: { startLine: -1 } } }] },
    ];
    const { findings } = sarif(ran(JSON.stringify({ runs: [{ results }, null] })));
    expect(findings).toHaveLength(3);
    expect(findings.every(({ text, line }) => text !== "" && line === undefined)).toBe(true);
  });
});

describe("a JUnit report", () => {
  it("is read as a finding for each test that failed, with its place", () => {
    const report = `\uFEFF<?xml version="1.0"?>\r\n<!-- <failure> --><testsuites><testsuite name="s" file="s.ts">
      <testcase classname="cart" name="adds &lt;2&gt; &amp; more" file="cart.test.ts" line="12"><failure message="expected 1 &#x2260; 2">at x</failure></testcase>
      <testcase name="passes"/><testcase name="skipped"><skipped/></testcase>
      <testcase name="breaks"><error><![CDATA[TypeError: a < b
      at y]]></error></testcase></testsuite></testsuites>`;
    expect(junit(ran(report, 1))).toEqual({
      findings: [
        {
          text: "cart adds <2> & more: expected 1 ≠ 2",
          file: "cart.test.ts",
          line: 12,
          severity: "high",
          rule: "cart adds <2> & more",
        },
        { text: "breaks: TypeError: a < b", file: "s.ts", severity: "high", rule: "breaks" },
      ],
    });
  });

  it("expands no entity that the document declares", () => {
    const bomb = `<!DOCTYPE x [<!ENTITY a "boom"><!ENTITY b SYSTEM "file:///etc/passwd">]><testsuite><testcase name="t"><failure message="&a;&b;"/></testcase></testsuite>`;
    expect(junit(ran(bomb, 1)).findings[0]?.text).toBe("t: &a;&b;");
  });

  it.each([
    "",
    "<testsuite>",
    "<a/>",
    "no",
    "<testsuite></a>",
    '<testsuite name="',
    "<testsuite><!-- ",
  ])("is not made up of what is none: %j", (stdout) => {
    expect(() => junit(ran(stdout))).toThrow("not a JUnit report");
  });

  it("that has no failure is no answer of a program that failed", () => {
    expect(() => junit(ran("<testsuite/>", 1))).toThrow("exit code 1 is not listed as an answer");
    expect(junit(ran("<testsuite/>"))).toEqual({ findings: [] });
  });
});
