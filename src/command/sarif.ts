import type { PlacedFinding, Severity } from "../model/claim.ts";
import { bounded, finding, type Findings } from "./findings.ts";
import { unreadable, withoutMark } from "../prompt/json-answer.ts";
import { checkRan, json, UnreadExit, type Ran } from "./read.ts";
import { fields, type Fields } from "../model/record.ts";

/**
 * Reads SARIF 2.1.0 (OASIS) on standard output as findings. Suppressed results, and results whose kind is `pass` or `notApplicable`, are
 * left out. An exit code other than 0 is a failure if there is no finding.
 */
export function sarif(ran: Ran): Findings {
  checkRan(ran);
  const found = withoutMark(ran.stdout).trim() === "" && ran.exitCode !== 0 ? [] : resultsIn(ran);
  if (ran.exitCode !== 0 && found.length === 0) throw new UnreadExit(ran.exitCode);
  return bounded(found);
}

function resultsIn(ran: Ran): readonly PlacedFinding[] {
  let log: Fields;
  try {
    log = fields(json({ ...ran, exitCode: 0 }));
  } catch (error) {
    if (ran.exitCode !== 0) throw new UnreadExit(ran.exitCode);
    throw error;
  }
  const runs = log["runs"];
  if (!Array.isArray(runs)) {
    throw unreadable('what it printed is not SARIF: it has no list of "runs"');
  }
  return runs.flatMap((run: unknown) => {
    const rules = rulesOf(fields(run));
    return list(fields(run)["results"])
      .map(fields)
      .filter(isFinding)
      .map((result) => findingOf(result, rules));
  });
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function isFinding({ kind, suppressions, baselineState }: Fields): boolean {
  if (kind === "pass" || kind === "notApplicable" || baselineState === "absent") return false;
  // A result whose suppression was rejected or is under review still counts (3.27.23).
  return !list(suppressions).some((one) => [undefined, "accepted"].includes(status(one)));
}

const status = (suppression: unknown): string | undefined => {
  const said = fields(suppression)["status"];
  return typeof said === "string" ? said : undefined;
};

interface Rules {
  readonly byId: ReadonlyMap<unknown, Fields>;
  readonly inOrder: readonly Fields[];
}

function rulesOf(run: Fields): Rules {
  const inOrder = list(fields(fields(run["tool"])["driver"])["rules"]).map(fields);
  return { byId: new Map(inOrder.map((rule) => [rule["id"], rule])), inOrder };
}

function findingOf(result: Fields, { byId, inOrder }: Rules): PlacedFinding {
  const { ruleId, ruleIndex } = result;
  const index = typeof ruleIndex === "number" ? ruleIndex : -1;
  const rule = byId.get(ruleId) ?? inOrder[index] ?? {};
  const message = fields(result["message"]);
  const place = fields(fields(list(result["locations"])[0])["physicalLocation"]);
  const region = fields(place["region"]);
  return finding({
    text: message["text"] ?? message["markdown"] ?? messageOf(rule, message) ?? ruleId,
    file: pathOf(fields(place["artifactLocation"])["uri"]),
    line: region["startLine"],
    endLine: region["endLine"],
    severity: severityOf(result, rule),
    rule: ruleId ?? rule["id"],
  });
}

/** A message by its id, with its arguments filled in (3.11.11). */
function messageOf(rule: Fields, { id, arguments: given }: Fields): string | undefined {
  const strings = fields(rule["messageStrings"]);
  const said =
    typeof id === "string" && Object.hasOwn(strings, id)
      ? fields(strings[id])["text"]
      : fields(rule["shortDescription"])["text"];
  if (typeof said !== "string") return undefined;
  return said.replaceAll(/\{(\d{1,3})\}/g, (placeholder, index: string) => {
    const argument = list(given)[Number(index)];
    return typeof argument === "string" ? argument : placeholder;
  });
}

function pathOf(uri: unknown): unknown {
  if (typeof uri !== "string") return undefined;
  try {
    return decodeURIComponent(uri.replace(/^file:\/\//, ""));
  } catch {
    return uri;
  }
}

/** Severities by score from 0 to 10, as code scanning reads a rule's `security-severity`. */
const SCORES: readonly (readonly [number, Severity])[] = [
  [9, "critical"],
  [7, "high"],
  [4, "medium"],
  [0, "low"],
];

const LEVELS: ReadonlyMap<unknown, Severity> = new Map([
  ["error", "high"],
  ["warning", "medium"],
  ["note", "low"],
  ["none", "info"],
]);

function severityOf(result: Fields, rule: Fields): Severity {
  const score = [result, rule]
    .map((one) => Number(fields(one["properties"])["security-severity"] ?? Number.NaN))
    .find((one) => one >= 0 && one <= 10);
  const known = score === undefined ? undefined : SCORES.find(([least]) => score >= least)?.[1];
  const level = result["level"] ?? fields(rule["defaultConfiguration"])["level"];
  // Without a level it is a warning (3.27.10).
  return known ?? LEVELS.get(level) ?? "medium";
}
