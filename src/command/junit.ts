import type { PlacedFinding } from "../model/claim.ts";
import { bounded, finding, type Findings } from "./findings.ts";
import { unreadable, withoutMark } from "../prompt/json-answer.ts";
import { checkRan, UnreadExit, type Ran } from "./read.ts";
import { xmlTags, type XmlTag } from "./xml.ts";

/**
 * Reads a JUnit report on standard output as findings: one for each test that failed or had an error. An exit code other than 0 is a
 * failure if there is no finding.
 */
export function junit(ran: Ran): Findings {
  checkRan(ran);
  const isFailed = ran.exitCode !== 0;
  let found: readonly PlacedFinding[] | undefined;
  try {
    found = failuresIn(xmlTags(withoutMark(ran.stdout)));
  } catch (cause) {
    if (isFailed) throw new UnreadExit(ran.exitCode);
    const why = cause instanceof Error ? cause.message : "it cannot be read";
    throw unreadable(`what it printed is not a JUnit report: ${why}`, cause);
  }
  if (isFailed && found.length === 0) throw new UnreadExit(ran.exitCode);
  return bounded(found);
}

type Attributes = ReadonlyMap<string, string>;

const NONE: Attributes = new Map();

function failuresIn(tags: Iterable<XmlTag>): readonly PlacedFinding[] {
  const found: PlacedFinding[] = [];
  const open: { readonly name: string; readonly attributes: Attributes }[] = [];
  const suites: Attributes[] = [];
  let hasSuite = false;
  let test = NONE;
  let text: string | undefined;
  for (const tag of tags) {
    const { kind, name } = tag;
    if (kind === "text") {
      if (text !== undefined) text += name;
      continue;
    }
    if (kind === "open") {
      open.push(tag);
      if (name === "testsuite" || name === "testsuites") hasSuite = true;
      if (name === "testsuite") suites.push(tag.attributes);
      else if (name === "testcase") test = tag.attributes;
      else if (name === "failure" || name === "error") text = "";
      continue;
    }
    const begun = open.pop();
    if (begun?.name !== name) throw new Error(`</${name}> closes what is not open`);
    if (name === "testsuite") suites.pop();
    if (name === "failure" || name === "error") {
      found.push(failure(begun.attributes, text ?? "", test, suites.at(-1) ?? NONE));
      text = undefined;
    }
  }
  if (!hasSuite) throw new Error("it has no test suite");
  if (open.length > 0) throw new Error(`<${open.at(-1)?.name}> is not closed`);
  return found;
}

function failure(
  said: Attributes,
  text: string,
  test: Attributes,
  suite: Attributes,
): PlacedFinding {
  const names = [test.get("classname"), test.get("name")].filter((name) => name !== undefined);
  const rule = names.join(" ");
  const what = said.get("message") ?? text.trim().split("\n", 1)[0] ?? "";
  return finding({
    text: [rule, what].filter((part) => part.trim() !== "").join(": "),
    file: test.get("file") ?? suite.get("file"),
    line: test.get("line"),
    endLine: undefined,
    severity: "high",
    rule,
  });
}
