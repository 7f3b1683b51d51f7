import { recordTruth, type TruthRecorded } from "../../learning/index.ts";
import type { Json } from "../../model/json.ts";
import type { Verdict } from "../../model/verdict.ts";
import type { Store } from "../../store/store.ts";
import { positionText } from "../shown/summarize.ts";
import { withDatabase } from "../given/database.ts";
import { tellUnheld } from "../shown/held.ts";
import { findRun, isMissing } from "../given/find-run.ts";
import { positionMeant, verdictsMeant } from "../given/match-subject.ts";
import { safeJson, safeText } from "../shown/safe-text.ts";
import type { Terminal } from "../shown/terminal.ts";
import { replacedWords } from "../shown/truth-words.ts";
import { wrap } from "../shown/wrap.ts";

export interface TruthFlags {
  readonly db: string;
  readonly in?: string;
  readonly by?: string;
  readonly forget?: boolean;
  readonly json?: boolean;
}

/** `quorate truth`: records what turned out to be true of a subject that a run decided about. */
export async function truthCommand(
  wanted: string,
  subject: string,
  value: string | undefined,
  flags: TruthFlags,
  screen: Terminal,
): Promise<void> {
  const { db, in: team, by } = flags;
  const { judged, truth, unheld } = await withDatabase(db, async (store, backend) => {
    // Of a run that was pruned there is no log to be found; what it taught may be kept, under its whole id.
    let notFound: unknown;
    const runId = await findRun(store, wanted, db).catch((error: unknown) => {
      if (!isMissing(error) || wanted === "") throw error;
      notFound = error;
      return wanted;
    });
    const meant = await meantBy(store, runId, subject, value);
    const options = { ...(team !== undefined && { team }), ...(by !== undefined && { by }) };
    const recorded = await recordTruth(backend, runId, meant.subject, meant.truth, options).catch(
      (error: unknown) => {
        throw isMissing(error) ? (notFound ?? error) : error;
      },
    );
    const [first] = await store.read(runId);
    const isSecret = first?.type !== "run.started" || first.redact !== undefined;
    // What nobody held may be secret, and is not kept: it is not printed either.
    const isKept = !isSecret || recorded.right.length > 0 || meant.truth === undefined;
    const isUnheld = meant.verdict !== undefined && recorded.right.length === 0;
    return {
      judged: recorded,
      truth: isKept ? meant.truth : "[redacted]",
      unheld: isUnheld ? meant.verdict : undefined,
    };
  });
  if (unheld !== undefined && truth !== undefined) {
    tellUnheld(`"${positionText(truth)}"`, unheld.subject, unheld);
  }
  if (flags.json === true) screen.print(safeJson(judged, 2));
  else for (const line of lines(judged, truth)) screen.print(...wrap(line, screen.columns));
}

function lines(
  { subject, right, wrong, supervisor, replaced }: TruthRecorded,
  truth: Json | undefined,
): string[] {
  const what = safeText(subject);
  const before = replaced === undefined ? [] : [replacedWords(replaced, truth)];
  if (truth === undefined) return [`forgotten: how "${what}" turned out`];
  const names = (agents: readonly string[]): string =>
    agents.length === 0 ? "nobody" : agents.map(safeText).join(", ");
  return [
    `recorded: ${positionText(truth)}: ${what}`,
    ...before,
    `right: ${names(right)}; wrong: ${names(wrong)}`,
    `quorate agents "${safeText(supervisor)}" shows what that teaches`,
  ];
}

interface Meant {
  readonly subject: string;
  /** What was decided about the question; of a finding, which nobody may have found, none. */
  readonly verdict: Verdict | undefined;
  readonly truth: Json | undefined;
}

/** The subject and the value that a person means, who writes them as they are shown, of the subject perhaps the beginning. */
async function meantBy(
  store: Store,
  runId: string,
  subject: string,
  value: string | undefined,
): Promise<Meant> {
  const verdicts = (await store.read(runId)).flatMap((event) =>
    event.type === "verdict.reached" ? [event.verdict] : [],
  );
  const named = verdictsMeant(verdicts, subject);
  return {
    subject: named[0]?.subject ?? subject,
    verdict: named.find(({ kind }) => kind === "claim"),
    truth: value === undefined ? undefined : truthOf(named, value),
  };
}

/** A position as it is shown; else a JSON value; else the text itself. */
function truthOf(verdicts: readonly Verdict[], value: string): Json {
  const held = positionMeant(verdicts, value);
  if (held !== undefined) return held;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return value;
  }
}
