import { plain } from "../model/text.ts";

/** One case of a suite. */
export interface TestCase {
  readonly name: string;
  readonly seconds: number;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly result?: {
    readonly kind: "failure" | "error" | "skipped";
    readonly type: string;
    readonly message: string;
    readonly text: string;
  };
}

/** Cases under one name. */
export interface TestSuite {
  readonly name: string;
  /** In ms since 1970; `null` if it is unknown. */
  readonly startedAtMs: number | null;
  readonly cases: readonly TestCase[];
}

/** Suites as JUnit XML. Others' texts are text in it, whatever they contain. */
export function junitXml(name: string, suites: readonly TestSuite[]): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name })}>`,
    ...suites.flatMap(suiteLines),
    "</testsuites>",
    "",
  ].join("\n");
}

function suiteLines({ name, startedAtMs, cases }: TestSuite): readonly string[] {
  const of = (kind: string): number => cases.filter(({ result }) => result?.kind === kind).length;
  const started = startedAtMs === null ? undefined : new Date(startedAtMs).toISOString();
  const counts = {
    name,
    tests: cases.length,
    failures: of("failure"),
    errors: of("error"),
    skipped: of("skipped"),
    time: seconds(cases.reduce((sum, { seconds: each }) => sum + each, 0)),
    timestamp: started,
  };
  return [
    `  <testsuite${attributes(counts)}>`,
    ...cases.flatMap((one) => caseLines(one, name)),
    "  </testsuite>",
  ];
}

function caseLines(
  { name, seconds: took, file, line, result }: TestCase,
  suiteName: string,
): string[] {
  const opening = `    <testcase${attributes({ name, classname: suiteName, time: seconds(took), file, line })}`;
  if (result === undefined) return [`${opening}/>`];
  const { kind, type, message, text } = result;
  const said = kind === "skipped" ? { message } : { type, message };
  return [
    `${opening}>`,
    `      <${kind}${attributes(said)}>${xmlText(text)}</${kind}>`,
    "    </testcase>",
  ];
}

function seconds(value: number): string {
  return value.toFixed(3);
}

function attributes(values: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(values)
    .flatMap(([name, value]) =>
      value === undefined ? [] : [` ${name}="${xmlAttribute(String(value))}"`],
    )
    .join("");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  // In an attribute they would otherwise become spaces.
  "\t": "&#9;",
  "\n": "&#10;",
};

/** A foreign text in XML. `plain` also removes characters that XML 1.0 does not allow. */
function xmlText(text: string): string {
  return plain(text).replaceAll(/[&<>]/g, (character) => ENTITIES[character] ?? character);
}

function xmlAttribute(text: string): string {
  return plain(text).replaceAll(/[&<>"\t\n]/g, (character) => ENTITIES[character] ?? character);
}
