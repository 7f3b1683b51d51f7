import {
  appendFileSync,
  closeSync,
  fstatSync,
  openSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import type { AgentContext } from "../../describe/agent.ts";
import type { Usage } from "../../model/call.ts";
import { QuorateError } from "../../model/errors.ts";
import { sha256 } from "../../model/hash.ts";
import { canonicalJson, takeJson, type Json } from "../../model/json.ts";
import type { KeptFailure } from "./failure.ts";
import type { RedactTape } from "./redact.ts";

// A cassette is a file of JSON lines, one for each attempt that ended:
//
//   { "format": 1, "agent", "asked", "order", "used": [usage …], "output" | "failure" }
//
// `asked` is what the agent was asked, without secrets, by which replay finds an attempt. `order` numbers the agent's attempts as they began,
// since they may end in another order.

const FORMAT = 1;
const MAX_FILE_BYTES = 256 * 2 ** 20;
const MAX_LINE_BYTES = 64 * 2 ** 20;

/** What an agent was asked in one attempt: all that its answer may depend on, without what differs in each run. */
export interface AskedOf {
  readonly task: Json;
  readonly results: Json;
  readonly issues: Json;
  readonly tier: Json;
  readonly failed: Json;
  readonly others: Json;
}

/** One attempt on a tape. */
export interface TapeEntry {
  readonly agent: string;
  readonly asked: AskedOf;
  readonly order: number;
  readonly used: readonly Usage[];
  /** Left out if the answer was `undefined`. */
  readonly output?: Json;
  readonly failure?: KeptFailure;
}

type AskedWith = Pick<AgentContext<never>, "results" | "issues" | "tier" | "failed" | "others">;

/** What an agent is asked, in the form of a tape. */
export function askedOf(task: unknown, context: AskedWith, redact: RedactTape): AskedOf {
  const { results, issues, tier = null, failed, others } = context;
  // Messages contain times and places, which differ each time.
  const codes = failed.map(({ code }) => code);
  const seen = Object.entries(results as AgentContext["results"]).map(([name, result]) => [
    name,
    result?.status === "ok" ? result.output : { status: result?.status },
  ]);
  const asked = { task, results: Object.fromEntries(seen), issues, tier, failed: codes, others };
  // The task that an agent gets is JSON already, or undefined.
  const copy = JSON.parse(JSON.stringify({ ...asked, task: task ?? null })) as Json;
  return redact(copy) as unknown as AskedOf;
}

/** Equal for attempts that were asked the same. */
export function keyOf({ agent, asked }: Pick<TapeEntry, "agent" | "asked">): string {
  return sha256(canonicalJson([agent, asked]));
}

/** Begins the recording of an agent: removes its earlier recordings from the tape, and no others. */
export function beginRecording(file: string, agent: string): void {
  const lines = textOf(file)?.split("\n") ?? [];
  const others = lines.filter((line) => line !== "" && agentOf(line) !== agent);
  writeFileSync(file, others.map((line) => `${line}\n`).join(""));
}

function agentOf(line: string): unknown {
  try {
    return (JSON.parse(line) as Partial<TapeEntry> | null)?.agent;
  } catch {
    // A damaged line belongs to no agent.
    return undefined;
  }
}

/** Writes an attempt to the tape. */
export function keep(file: string, entry: TapeEntry): void {
  appendFileSync(file, `${JSON.stringify({ format: FORMAT, ...entry })}\n`);
}

/** All attempts of an agent on the tape. Throws `BAD_OPTIONS` with the line if the file is not a tape. */
export function entriesOf(file: string, agent: string): readonly TapeEntry[] {
  const text = textOf(file);
  if (text === undefined) {
    const mend = `record it with record(${JSON.stringify(file)}, agent)`;
    throw new QuorateError("BAD_OPTIONS", `replay: there is no cassette at ${file}; ${mend}`);
  }
  return text.split("\n").flatMap((line, index) => {
    if (line === "") return [];
    const entry = entryIn(line);
    if (typeof entry === "string") {
      const mend = "restore it, or record it again";
      throw new QuorateError(
        "BAD_OPTIONS",
        `replay: line ${index + 1} of the cassette ${file} ${entry}; ${mend}`,
      );
    }
    return entry.agent === agent ? [entry] : [];
  });
}

/** The text of a file; `undefined` if it does not exist. */
function textOf(file: string): string | undefined {
  let handle: number;
  try {
    handle = openSync(file, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new QuorateError("BAD_OPTIONS", `the cassette ${file} cannot be read`, { cause: error });
  }
  try {
    const { size } = fstatSync(handle);
    if (size <= MAX_FILE_BYTES) return readFileSync(handle, "utf8");
    const why = `has ${size} bytes, and may have ${MAX_FILE_BYTES}; record less on one`;
    throw new QuorateError("BAD_OPTIONS", `the cassette ${file} ${why}`);
  } finally {
    closeSync(handle);
  }
}

/** The attempt on a line, or what is wrong with the line, as the end of a sentence. */
function entryIn(line: string): TapeEntry | string {
  if (line.length > MAX_LINE_BYTES) return `is longer than ${MAX_LINE_BYTES} bytes`;
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return "is not JSON";
  }
  const { value } = { value: undefined, ...takeJson(parsed, MAX_LINE_BYTES * 2) };
  const entry = Object(value) as Readonly<Record<string, unknown>>;
  if (entry["format"] !== FORMAT)
    return `is of the format ${JSON.stringify(entry["format"])}, and this is for ${FORMAT}`;
  const isEntry =
    typeof entry["agent"] === "string" &&
    Number.isSafeInteger(entry["order"]) &&
    Array.isArray(entry["used"]) &&
    isFields(entry["asked"]) &&
    (entry["failure"] === undefined || isFields(entry["failure"]));
  return isEntry ? (entry as unknown as TapeEntry) : "is not an attempt of an agent";
}

function isFields(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
