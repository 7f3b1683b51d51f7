import { didYouMean } from "../../check/did-you-mean.ts";
import { recordTruths, type Truth, type TruthResult } from "../../learning/index.ts";
import { QuorateError } from "../../model/errors.ts";
import type { Json } from "../../model/json.ts";
import { count } from "../../report/quantities.ts";
import { positionText } from "../shown/summarize.ts";
import { withDatabase } from "./database.ts";
import { EXIT } from "../exit-code.ts";
import { parsed, readTextInput } from "./read-input.ts";
import { safeJson, safeText } from "../shown/safe-text.ts";
import type { Terminal } from "../shown/terminal.ts";
import { replacedWords } from "../shown/truth-words.ts";
import { wrap } from "../shown/wrap.ts";

export interface TruthsFileFlags {
  readonly db: string;
  readonly from: string;
  readonly by?: string;
  readonly json?: boolean;
}

/** A truth, and the line that it stands on. */
interface TruthLine {
  readonly line: number;
  readonly truth: Truth;
}

/** What a line has, and what `quorate export --truths` writes besides. */
const MEMBERS = ["run", "subject", "truth", "team", "by", "at"] as const;
const IGNORED: ReadonlySet<string> = new Set(["supervisor", "kind"]);
const MAX_SHOWN = 20;

/**
 * `quorate truth --from`: records the truths of a file with a JSON object on each line. Nothing is recorded where a line is no truth; one
 * that is refused keeps none of the others from being recorded. Gives the exit code: 1 where one was refused.
 */
export async function truthsFileCommand(flags: TruthsFileFlags, screen: Terminal): Promise<number> {
  const { db, from, by } = flags;
  const lines = linesOf(await readTextInput(from), from === "-" ? "standard input" : from, by);
  const results = await withDatabase(db, (_store, backend) =>
    recordTruths(
      backend,
      lines.map(({ truth }) => truth),
    ),
  );
  const all = lines.map((line, i) => ({ ...line, result: results[i] as TruthResult }));
  const refused = all.flatMap(({ line, result: { error } }) =>
    error === undefined ? [] : [{ line, error }],
  );
  const replacing = all.flatMap(({ line, truth, result: { recorded } }) =>
    recorded?.replaced === undefined ? [] : [{ line, truth, replaced: recorded.replaced }],
  );
  if (flags.json === true) {
    screen.print(
      safeJson(
        {
          recorded: all.length - refused.length,
          replaced: replacing.map(({ line, replaced }) => ({ line, replaced })),
          refused,
        },
        2,
      ),
    );
  } else {
    const more = (list: readonly unknown[]): string[] =>
      list.length > MAX_SHOWN ? [`and ${count(list.length - MAX_SHOWN, "more line")}`] : [];
    const words = [
      `recorded ${count(all.length - refused.length, "truth")} of ${count(all.length, "line")}`,
      ...replacing
        .slice(0, MAX_SHOWN)
        .map(
          ({ line, truth, replaced }) =>
            `line ${line}: ${positionText(truth.truth ?? null)}: ${safeText(truth.subject)}; ${replacedWords(replaced)}`,
        ),
      ...more(replacing),
      ...refused
        .slice(0, MAX_SHOWN)
        .map(({ line, error }) => `line ${line} was refused: ${safeText(error.message)}`),
      ...more(refused),
    ];
    for (const line of words) screen.print(...wrap(line, screen.columns, { rest: "  " }));
  }
  return refused.length > 0 ? EXIT.failed : EXIT.ok;
}

function linesOf(text: string, source: string, by: string | undefined): readonly TruthLine[] {
  return text.split("\n").flatMap((given, i): TruthLine[] => {
    if (given.trim() === "") return [];
    const line = i + 1;
    const where = `${source}, line ${line}`;
    const truth = truthIn(parsed(given, where, "line"), where);
    return [{ line, truth: by === undefined ? truth : { by, ...truth } }];
  });
}

function truthIn(value: unknown, where: string): Truth {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw refusal(`${where} is not an object; write { "run", "subject", "truth" } on each line.`);
  }
  const given = value as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(given)) {
    if (IGNORED.has(key) || (MEMBERS as readonly string[]).includes(key)) continue;
    const near = didYouMean(key, MEMBERS);
    const meant = near === undefined ? `there are ${MEMBERS.join(", ")}` : `did you mean ${near}?`;
    throw refusal(`${where} has ${safeJson(key)}; ${meant}`);
  }
  if (given["truth"] === undefined) {
    throw refusal(`${where} has no truth; write what is true as JSON.`);
  }
  const words = (key: string): string | undefined => {
    const said = given[key];
    if (said === undefined || typeof said === "string") return said;
    throw refusal(`${where} has a ${key} that is not a text.`);
  };
  const needed = (key: string): string => {
    const said = words(key);
    if (said !== undefined) return said;
    throw refusal(`${where} has no ${key}; write { "run", "subject", "truth" } on each line.`);
  };
  const [team, by, at] = [words("team"), words("by"), words("at")];
  const atMs = at === undefined ? undefined : Date.parse(at);
  if (atMs !== undefined && !(atMs >= 0)) {
    throw refusal(`${where} has an "at" that is not a time; write it as 2026-11-30T12:00:00Z.`);
  }
  return {
    runId: needed("run"),
    subject: needed("subject"),
    truth: given["truth"] as Json,
    ...(team !== undefined && { team }),
    ...(by !== undefined && { by }),
    ...(atMs !== undefined && { atMs }),
  };
}

function refusal(message: string): QuorateError {
  return new QuorateError("INPUT_INVALID", message);
}
