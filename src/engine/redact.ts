import type { Conflict, Holder, Position } from "../conflict/conflict.ts";
import { QuorateError, type ErrorRecord } from "../errors.ts";
import type { EventBody } from "../events.ts";
import { canonicalJson, takeJson, type Json } from "../json.ts";
import type { Verdict } from "../resolve/verdict.ts";

/**
 * What a value is, of those that a redaction sees: a task, an agent's output, a claimed position, or a text (evidence,
 * reasoning, a subject, an error's message).
 */
export type RedactedKind = "input" | "output" | "position" | "text";

/**
 * Takes secrets out of what is kept and shown. Paths name members of tasks, outputs and positions: `"apiKey"`,
 * `"users.*.email"`, where `*` is any member or item; what stands there becomes `"[redacted]"`. A function is given every
 * value and returns what is kept of it; it sees texts too, where paths find nothing.
 */
export type Redact = readonly string[] | ((value: Json, kind: RedactedKind) => Json);

const REDACTED = "[redacted]";

/** Redacts the events of a run. */
export type Redactor = (body: EventBody) => EventBody;

/** Makes a redactor. Throws `BAD_OPTIONS` for what is neither paths nor a function. */
export function redactor(redact: Redact, where: string): Redactor {
  const change =
    typeof redact === "function" ? byFunction(redact) : byPaths(checkPaths(redact, where));
  return (body) => redacted(body, change);
}

type Change = (value: Json, kind: RedactedKind) => Json;

function byFunction(redact: (value: Json, kind: RedactedKind) => Json): Change {
  return (value, kind) => {
    try {
      const taken = takeJson(redact(value, kind), Infinity);
      // A text stays a text.
      if (taken.fault === undefined && (kind !== "text" || typeof taken.value === "string")) {
        return taken.value as Json;
      }
    } catch {
      // It cannot be told what was secret in it.
    }
    return REDACTED;
  };
}

function byPaths(paths: readonly (readonly string[])[]): Change {
  return (value, kind) => (kind === "text" ? value : paths.reduce(without, value));
}

function without(value: Json, path: readonly string[]): Json {
  const [name, ...rest] = path;
  if (name === undefined) return REDACTED;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    return value.map((item: Json, index) =>
      name === "*" || name === String(index) ? without(item, rest) : item,
    );
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      name === "*" || name === key ? without(member, rest) : member,
    ]),
  );
}

function checkPaths(paths: unknown, where: string): readonly (readonly string[])[] {
  if (Array.isArray(paths) && paths.every((path) => typeof path === "string" && path !== "")) {
    return paths.map((path: string) => path.split("."));
  }
  throw new QuorateError(
    "BAD_OPTIONS",
    `${where}: redact is neither a list of paths nor a function; use ["apiKey", "users.*.email"]`,
  );
}

/** The event as it is kept. `redacted` says that a task or an output is not what it was. */
function redacted(body: EventBody, change: Change): EventBody {
  const text = (value: string): string => change(value, "text") as string;
  switch (body.type) {
    case "run.started": {
      const input = changed(body.input, "input", change);
      return { ...body, input: input.value, ...input.mark };
    }
    case "call.succeeded":
    case "call.reused": {
      const output = changed(body.output, "output", change);
      return { ...body, output: output.value, ...output.mark };
    }
    case "call.retried":
    case "call.requeued":
    case "call.failed":
      return { ...body, error: errorWithout(body.error, text) };
    case "call.skipped":
      return { ...body, detail: text(body.detail) };
    case "call.doubted":
      return { ...body, ...(body.detail !== undefined && { detail: text(body.detail) }) };
    case "conflict.found":
      return { ...body, conflict: conflictWithout(body.conflict, change) };
    case "verdict.reached": {
      const verdict = verdictWithout(body.verdict, change);
      const same = body.verdict.positions.every(
        ({ value }, at) => canonicalJson(value) === canonicalJson(verdict.positions[at]?.value),
      );
      return { ...body, verdict, ...(!same && { redacted: true }) };
    }
    case "run.waiting":
      return {
        ...body,
        verdicts: body.verdicts.map((open) => ({
          ...open,
          verdict: verdictWithout(open.verdict, change),
        })),
      };
    case "run.finished":
      return {
        ...body,
        missing: body.missing.map((missing) => ({ ...missing, detail: text(missing.detail) })),
      };
    case "run.cancelled":
      return { ...body, reason: text(body.reason) };
    case "person.decided":
      return { ...body, why: text(body.why) };
    case "run.planned":
    case "run.resumed":
    case "call.started":
    case "call.straggled":
    case "call.abandoned":
    case "budget.overran":
      return body;
  }
}

function changed(
  value: unknown,
  kind: RedactedKind,
  change: Change,
): { readonly value: unknown; readonly mark?: { readonly redacted: true } } {
  if (value === undefined) return { value };
  const kept = change(value as Json, kind);
  return canonicalJson(kept) === canonicalJson(value)
    ? { value }
    : { value: kept, mark: { redacted: true } };
}

function errorWithout(error: ErrorRecord, text: (value: string) => string): ErrorRecord {
  return {
    ...error,
    message: text(error.message),
    ...(error.cause !== undefined && { cause: text(error.cause) }),
    ...(error.issues !== undefined && {
      issues: error.issues.map((issue) => ({ ...issue, message: text(issue.message) })),
    }),
  };
}

function conflictWithout(conflict: Conflict, change: Change): Conflict {
  return {
    ...conflict,
    subject: change(conflict.subject, "text") as string,
    positions: conflict.positions.map((position) => positionWithout(position, change)),
  };
}

function verdictWithout(verdict: Verdict, change: Change): Verdict {
  return {
    ...verdict,
    ...conflictWithout(verdict, change),
    winner: verdict.winner === null ? null : change(verdict.winner, "position"),
    reasoning: change(verdict.reasoning, "text") as string,
    dissent: verdict.dissent.map((holder) => ({
      ...holderWithout(holder, change),
      position: change(holder.position, "position"),
    })),
  };
}

function positionWithout({ value, heldBy }: Position, change: Change): Position {
  return {
    value: change(value, "position"),
    heldBy: heldBy.map((holder) => holderWithout(holder, change)),
  };
}

function holderWithout(holder: Holder, change: Change): Holder {
  return {
    ...holder,
    ...(holder.evidence !== undefined && { evidence: change(holder.evidence, "text") as string }),
    ...(holder.said !== undefined && { said: change(holder.said, "position") }),
  };
}
