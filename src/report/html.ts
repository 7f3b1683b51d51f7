import { readFileSync } from "node:fs";
import { objectsIn, readGiven } from "../check/given.ts";
import { flag } from "../check/kinds.ts";
import { options, type Options } from "../check/options.ts";
import { QuorateError } from "../model/errors.ts";
import { todaysEvents } from "../model/earlier-events.ts";
import { billOf } from "../money/bill.ts";
import type { TeamPlace } from "../model/call-place.ts";
import type { RunEvent } from "../model/events.ts";
import { cut } from "../model/text.ts";
import { viewRun } from "./run-view.ts";

/** Options of the page of a run, besides its events. */
export interface HtmlPageOptions {
  /** No process drives the run although it has not ended, which its events do not show. Default: false. */
  readonly interrupted?: boolean;
}

/** Longer texts are cut in a page, which says so: nobody reads them there, and a browser must hold them all. */
const MAX_TEXT_CHARS = 20_000;

const HTML_PAGE: Options<HtmlPageOptions, "interrupted"> = options({
  interrupted: flag().or(false),
});

/**
 * The page of a run from its events, as a store reads them: one HTML file that shows the run without a network. Texts of agents, models and
 * callers are in it as data, never as markup. Texts of more than 20,000 characters are cut, and the page says so. Throws `BAD_OPTIONS` if
 * they are not the events of a run.
 */
export function htmlPage(log: Iterable<RunEvent>, given: HtmlPageOptions = {}): string {
  const { interrupted } = HTML_PAGE.of(given, "htmlPage");
  return readGiven("what htmlPage() is given", log, () => {
    const events = todaysEvents(objectsIn(log, "htmlPage"));
    const runId: unknown = events[0]?.runId;
    if (typeof runId === "string") return pageOf(runId, events, interrupted);
    const why = "htmlPage() is given no events of a run; give what the store reads of it";
    throw new QuorateError("BAD_OPTIONS", why);
  });
}

function pageOf(runId: string, events: readonly RunEvent[], interrupted: boolean): string {
  const { supervisor } = viewRun(runId, events);
  const data = {
    runId,
    events: forPage(events),
    bill: billOf(events),
    ...(interrupted && { interrupted }),
  };
  const title = `${supervisor.name} · ${runId} · Quorate`;
  return template()
    .replace(EMPTY_DATA, () => `${DATA_TAG}${inertJson(data)}</script>`)
    .replace("<title>Quorate</title>", () => `<title>${escaped(cut(title, 300))}</title>`);
}

const DATA_TAG = '<script type="application/json" id="run-data">';
const EMPTY_DATA = `${DATA_TAG}</script>`;

let kept: string | undefined;

/** The page without a run: made when the package is built, from `dashboard/`. */
function template(): string {
  // The same relative path from src and from the chunks of dist.
  kept ??= readFileSync(new URL("../../dist/dashboard/run.html", import.meta.url), "utf8");
  return kept;
}

/**
 * Events in the form for the page. Left out: conflicts and dissent, which verdicts contain;
 * the bill, which the page computes from what is known so far; and keys, which differ for all calls and would be a third of a page.
 */
function forPage(events: readonly RunEvent[]): readonly unknown[] {
  const settled = new Set<string>();
  for (const event of events) {
    if (event.type === "verdict.reached") settled.add(keyOf(event, event.verdict.subject));
    if (event.type !== "run.waiting") continue;
    for (const open of event.verdicts) settled.add(keyOf(open, open.verdict.subject));
  }
  return events
    .filter(
      (event) =>
        event.type !== "conflict.found" || !settled.has(keyOf(event, event.conflict.subject)),
    )
    .map((event) => shortened(withoutTwice(event)));
}

function withoutTwice(event: RunEvent): object {
  if (event.type === "verdict.reached") {
    return { ...event, verdict: { ...event.verdict, dissent: [] } };
  }
  if (event.type === "run.waiting") {
    const verdicts = event.verdicts.map((open) => ({
      ...open,
      verdict: { ...open.verdict, dissent: [] },
    }));
    return { ...event, verdicts };
  }
  if (event.type === "run.finished") {
    const { bill: _bill, ...rest } = event;
    return rest;
  }
  if (!("key" in event)) return event;
  const { key: _key, ...rest } = event;
  return rest;
}

function keyOf({ team, teamAttempt }: Partial<TeamPlace>, subject: string): string {
  return JSON.stringify([team, teamAttempt, subject]);
}

function shortened(value: unknown): unknown {
  if (typeof value === "string") {
    if (value.length <= MAX_TEXT_CHARS) return value;
    const beginning = cut(value, MAX_TEXT_CHARS);
    return `${beginning}… (${value.length - beginning.length} more characters, which are not in this page)`;
  }
  if (Array.isArray(value)) return value.map(shortened);
  if (typeof value !== "object" || value === null) return value;
  // Keys are the agents' own, too: one may be called __proto__.
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [cut(key, MAX_TEXT_CHARS), shortened(one)]),
  );
}

// Inside JSON these can only occur within strings. None is left that could end the element, or change the direction of the source.
const UNSAFE = /[<>&\u007F-\u009F\u2028\u2029]|\p{Cf}|\p{Cs}|\p{Default_Ignorable_Code_Point}/gu;

/** JSON that is safe within an element of a page, whatever it contains. */
function inertJson(value: unknown): string {
  return String(JSON.stringify(value)).replace(UNSAFE, (character) =>
    Array.from(
      { length: character.length },
      (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`,
    ).join(""),
  );
}

const ENTITIES: Readonly<Record<string, string>> = { "<": "&lt;", ">": "&gt;", "&": "&amp;" };

function escaped(text: string): string {
  return text.toWellFormed().replace(/[<>&]/g, (character) => ENTITIES[character] ?? "");
}
