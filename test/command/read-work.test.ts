import { growth } from "../operations.ts";
import { describe, expect, it } from "vitest";
import { junit, text } from "../../src/command/index.ts";

const ran = (stdout: string) => ({ stdout, stderr: "", exitCode: 1, cwd: "." });

// Work that grows with the square of the text would keep these from ending for minutes.
const MANY = 400_000;

it("reads a text with very many line breaks in the middle", () => {
  const printed = `a${"\r\n".repeat(MANY)}b`;
  expect(text({ ...ran(`${printed}\r\n\n`), exitCode: 0 })).toBe(printed);
});

describe("a large JUnit report", () => {
  it.each([
    ["a name that never ends in a value", `<testsuite ${"b".repeat(MANY)}>`],
    ["names that have no value", `<testsuite ${"b ".repeat(MANY)}>`],
    ["spaces after a name", `<testsuite b${" ".repeat(MANY)}>`],
    ["values that hold others", `<testsuite a="${"b='".repeat(MANY)}">`],
  ])("is read with %s", (_, opening) => {
    const report = `${opening}<testcase name="t"><failure message="m"/></testcase></testsuite>`;
    expect(junit(ran(report)).findings).toHaveLength(1);
  });

  it("is read with work that grows with its tags, however deep they are", async () => {
    const work = (tags: number): unknown => {
      const [failed, within] = ["<failure/>".repeat(tags), "<a>".repeat(tags)];
      return junit(ran(`<testsuites>${within}${failed}${"</a>".repeat(tags)}</testsuites>`));
    };
    expect(await growth(500, work)).toBeLessThan(2.5);
  });
});
