import { cut } from "../model/text.ts";
import { QuorateError } from "../model/errors.ts";

const MAX_RUN_ID = 200;

/** What the command line calls the run that began last. */
const LATEST = "latest";

/**
 * Characters that nobody sees, that change how those around them are shown, or that each system shows differently: with them, two ids could look the same.
 * U+2800 is Braille without a dot, U+1D159 a note without a head. Of spaces there is one, between two others.
 */
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}]|(?! )\p{Zs}|(?<= ) |^[\s\p{M}]|\s$/gu;

/** Refuses with `BAD_OPTIONS` an invalid run id, or one that could be mistaken for another. */
export function checkRunId(runId: unknown): void {
  const fault = faultOf(runId);
  if (fault === undefined) return;
  const got = typeof runId === "string" ? ` "${seen(cut(runId, MAX_RUN_ID))}"` : "";
  throw new QuorateError(
    "BAD_OPTIONS",
    `runId${got} is refused: it ${fault}; use 1 to ${MAX_RUN_ID} characters that can be seen`,
  );
}

function faultOf(runId: unknown): string | undefined {
  if (typeof runId !== "string") return `is of type ${runId === null ? "null" : typeof runId}`;
  if (runId === "") return "is empty";
  if (runId.length > MAX_RUN_ID) return `has ${runId.length} characters`;
  if (!runId.isWellFormed()) return "has half a character";
  if (seen(runId) !== runId) return "has invisible characters";
  if (runId.normalize("NFC") !== runId) return "is written otherwise than in Unicode's NFC";
  if (runId.startsWith("-")) return "begins with -, as options of the command line do";
  return runId.toLowerCase() === LATEST ? "names the latest run on the command line" : undefined;
}

/** The id with every invisible character spelled out. */
function seen(runId: string): string {
  return runId.replace(UNSEEN, (unseen) => `\\u{${unseen.codePointAt(0)?.toString(16)}}`);
}
