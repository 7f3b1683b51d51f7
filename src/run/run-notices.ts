import { oneLine } from "../conflict/plain.ts";
import { fewOf } from "../conflict/subject.ts";
import type { Run } from "../call/run.ts";
import { notice, type Notice } from "../model/notices.ts";
import type { Bill, OutcomeStatus } from "../model/outcome.ts";
import type { ConfiguredRoot } from "./root.ts";

/** What the outcome of a run does not say by itself about its money, its cache and its secrets. */
export function runNotices(
  run: Run,
  { budgets }: Pick<ConfiguredRoot, "budgets">,
  { status }: { readonly status: OutcomeStatus },
  bill: Bill,
): readonly Notice[] {
  return [
    ...refusedReports(run),
    ...notFree(run, bill),
    ...unknownCosts(bill, budgets.length > 0),
    ...uncached(run, bill),
    ...(status === "complete" ? unmatchedPaths(run) : []),
    ...redactedVerdicts(run),
  ];
}

function refusedReports({ notices }: Run): readonly Notice[] {
  return [...notices.refused].map(([agent, detail]) =>
    notice("report-unread", {
      what: `${nameIn(agent)} reported its cost in a form that cannot be read: it ${detail}`,
      agents: [agent],
    }),
  );
}

function notFree({ notices }: Run, bill: Bill): readonly Notice[] {
  const agents = inOrder(notices.notFree, bill);
  if (agents.length === 0) return [];
  return [
    notice("not-free", {
      what: `${few(agents)} reported a cost, although ${agents.length === 1 ? "it is" : "they are"} declared free`,
      agents,
    }),
  ];
}

/** Without a budget, and if no agent has reported any money, its absence is no news. */
function unknownCosts({ calls, spent, lines }: Bill, isBudgeted: boolean): readonly Notice[] {
  const { unreportedCalls = 0, unpricedCalls = 0 } = spent;
  const isWatched =
    isBudgeted ||
    unpricedCalls > 0 ||
    lines.some(({ cost }) => cost.usdMicros !== "unknown" && cost.usdMicros > 0);
  if (unreportedCalls + unpricedCalls === 0 || !isWatched) return [];
  const unknown = lines.filter(({ cost }) => cost.usdMicros === "unknown");
  const models = [...new Set(unknown.flatMap(({ model }) => model ?? []))];
  const agents = [...new Set(unknown.map(({ agent }) => agent))];
  const why = [
    ...(unreportedCalls > 0 ? [`${unreportedCalls} reported nothing`] : []),
    ...(unpricedCalls > 0 ? [`${unpricedCalls} used what has no price`] : []),
  ].join(", ");
  const of =
    models.length === 0 ? "" : `; ${models.length === 1 ? "model" : "models"} ${few(models)}`;
  return [
    notice("cost-unknown", {
      what: `The cost of ${calls === 1 ? "the call" : `${unreportedCalls + unpricedCalls} of ${calls} calls`} is unknown: ${why} (${few(agents)}${of})`,
      agents,
    }),
  ];
}

function uncached({ notices }: Run, bill: Bill): readonly Notice[] {
  const agents = inOrder(notices.uncached, bill);
  if (agents.length === 0) return [];
  return [
    notice("not-cached", {
      what: `What ${few(agents)} answered was not cached: redact removes parts of what they were asked, and without a secret of yours the hash of these parts could be guessed`,
      agents,
    }),
  ];
}

function unmatchedPaths({ redact }: Run): readonly Notice[] {
  return (redact?.unmatched() ?? []).map(({ path, near }) => {
    const meant = near === undefined ? "" : `; there is "${oneLine(near, MAX_NAME_CHARS)}"`;
    return notice("redact-unmatched", {
      what: `redact has the path "${oneLine(path, MAX_NAME_CHARS)}", and nothing in this run is at that path${meant}`,
      level: near === undefined ? "info" : "warn",
    });
  });
}

function redactedVerdicts({ notices }: Run): readonly Notice[] {
  const subjects = [...notices.redacted].map((subject) => `"${oneLine(subject, MAX_NAME_CHARS)}"`);
  if (subjects.length === 0) return [];
  return [
    notice("redacted-decided", {
      what: `redact changed positions in the log, and one of these won, about ${fewOf(subjects, MAX_NAMES, String)}`,
    }),
  ];
}

/** In the order in which they were first asked, whoever ended first. */
function inOrder(agents: ReadonlySet<string>, { lines }: Bill): readonly string[] {
  return [...new Set(lines.map(({ agent }) => agent))].filter((agent) => agents.has(agent));
}

const MAX_NAMES = 5;
const MAX_NAME_CHARS = 100;

function nameIn(name: string): string {
  return oneLine(name, MAX_NAME_CHARS);
}

function few(agents: readonly string[]): string {
  return fewOf(agents, MAX_NAMES, nameIn);
}
