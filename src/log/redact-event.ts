import type { FindingDetails } from "../model/claim.ts";
import type { Conflict, Holder, Position } from "../model/conflict.ts";
import { errorFrom, errorRecord, type ErrorRecord, type QuorateError } from "../model/errors.ts";
import type { EventBody } from "../model/events.ts";
import { canonicalJson, REDACTED, type Json } from "../model/json.ts";
import type { Models } from "../money/spent.ts";
import type { Verdict } from "../model/verdict.ts";
import type { RedactedKind } from "./redact.ts";

/** Takes the secrets out of values and texts. */
interface Changes {
  readonly value: (value: Json, kind: RedactedKind) => Json;
  readonly text: (text: string) => string;
}

/** The event in the form of the log. Every text and value that an agent, a task or a person may have written is redacted. */
export function redactedEvent(body: EventBody, changes: Changes): EventBody {
  const { text } = changes;
  switch (body.type) {
    case "run.started": {
      const input = changed(body.input, "input", changes);
      return { ...body, input: input.value, ...input.mark };
    }
    case "call.succeeded":
    case "call.reused": {
      const output = changed(body.output, "output", changes);
      return { ...body, output: output.value, ...output.mark, ...modelsWithout(body, text) };
    }
    case "call.checkpointed": {
      const checkpoint = changed(body.value, "output", changes);
      return { ...body, value: checkpoint.value, ...checkpoint.mark };
    }
    case "call.retried":
    case "call.requeued":
    case "call.failed":
      return { ...body, error: recordWithout(body.error, changes), ...modelsWithout(body, text) };
    case "call.late":
    case "call.abandoned":
    case "call.reported":
      return { ...body, ...modelsWithout(body, text) };
    case "call.skipped":
    case "report.refused":
      return { ...body, detail: text(body.detail) };
    case "call.escalated":
      return { ...body, ...(body.detail !== undefined && { detail: text(body.detail) }) };
    case "conflict.found":
      return { ...body, conflict: conflictWithout(body.conflict, changes) };
    case "verdict.reached": {
      const verdict = verdictWithout(body.verdict, changes);
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
          verdict: verdictWithout(open.verdict, changes),
        })),
      };
    case "run.finished":
      return {
        ...body,
        ...(body.subjects !== undefined && { subjects: body.subjects.map(text) }),
        ...(body.gate !== undefined && {
          gate: {
            ...body.gate,
            against: body.gate.against.map(text),
            ...(body.gate.unclear !== undefined && {
              unclear: body.gate.unclear.map((one) => ({ ...one, subject: text(one.subject) })),
            }),
          },
        }),
        missing: body.missing.map((missing) => ({ ...missing, detail: text(missing.detail) })),
      };
    case "notices.given":
      return {
        ...body,
        notices: body.notices.map((one) => ({ ...one, message: text(one.message) })),
      };
    case "judge.instructed":
      return { ...body, instructions: text(body.instructions) };
    case "run.cancelled":
      return { ...body, reason: text(body.reason) };
    case "person.decided":
      // `winner` refers to the question in the log, in its form there.
      return {
        ...body,
        why: text(body.why),
        ...(body.by !== undefined && { by: text(body.by) }),
      };
    case "run.planned":
    case "panel.explored":
    case "run.resumed":
    case "call.queued":
    case "call.started":
    case "budget.overran":
      return body;
  }
}

/** The models that an agent reports, redacted: their names are texts of the agent. */
export function modelsWithout({ model, used }: Models, text: (value: string) => string): Models {
  return {
    ...(model !== undefined && { model: text(model) }),
    ...(used !== undefined && {
      used: used.map((one) => ({ ...one, model: one.model === null ? null : text(one.model) })),
    }),
  };
}

function changed(
  value: unknown,
  kind: RedactedKind,
  changes: Changes,
): { readonly value: unknown; readonly mark?: { readonly redacted: true } } {
  if (value === undefined) return { value };
  const kept = changes.value(value as Json, kind);
  return canonicalJson(kept) === canonicalJson(value)
    ? { value }
    : { value: kept, mark: { redacted: true } };
}

/** An error in the form of the log, including its cause and its issues. */
export function errorWithout(error: QuorateError, changes: Changes): QuorateError {
  return errorFrom(recordWithout(errorRecord(error), changes));
}

function recordWithout(error: ErrorRecord, { text, value }: Changes): ErrorRecord {
  // Printed, it would be a text of its own.
  const isKept = (number: number): boolean =>
    value(number, "output") === number && text(String(number)) === String(number);
  return {
    ...error,
    message: text(error.message),
    ...(error.cause !== undefined && { cause: text(error.cause) }),
    ...(error.causes !== undefined && {
      causes: error.causes.map(({ name, message, code, status }) => ({
        name: text(name),
        message: text(message),
        ...(typeof code === "string" && { code: text(code) }),
        ...(typeof code === "number" && { code: isKept(code) ? code : REDACTED }),
        ...(status !== undefined && isKept(status) && { status }),
      })),
    }),
    ...(error.issues !== undefined && {
      issues: error.issues.map(({ message, path }) => ({
        message: text(message),
        ...(path !== undefined && { path: text(path) }),
      })),
    }),
  };
}

function conflictWithout(conflict: Conflict, changes: Changes): Conflict {
  return {
    ...conflict,
    subject: changes.text(conflict.subject),
    ...(conflict.finding !== undefined && { finding: findingWithout(conflict.finding, changes) }),
    positions: conflict.positions.map((position) => positionWithout(position, changes)),
  };
}

/** A verdict in the form of the log. */
export function verdictWithout(verdict: Verdict, changes: Changes): Verdict {
  return {
    ...verdict,
    ...conflictWithout(verdict, changes),
    winner: verdict.winner === null ? null : changes.value(verdict.winner, "position"),
    reasoning: changes.text(verdict.reasoning),
    ...(verdict.steps !== undefined && {
      steps: verdict.steps.map(({ resolver, did, why }) => ({
        resolver: changes.text(resolver),
        did,
        why: changes.text(why),
      })),
    }),
    dissent: verdict.dissent.map((holder) => ({
      ...holderWithout(holder, changes),
      position: changes.value(holder.position, "position"),
    })),
  };
}

function positionWithout({ value, heldBy }: Position, changes: Changes): Position {
  return {
    value: changes.value(value, "position"),
    heldBy: heldBy.map((holder) => holderWithout(holder, changes)),
  };
}

function holderWithout(holder: Holder, changes: Changes): Holder {
  return {
    ...holder,
    ...(holder.evidence !== undefined && { evidence: changes.text(holder.evidence) }),
    ...(holder.said !== undefined && { said: changes.value(holder.said, "position") }),
    ...(holder.finding !== undefined && { finding: findingWithout(holder.finding, changes) }),
  };
}

/** A line that is not a number any more is left out; a severity stays, because it is one of five words. */
function findingWithout<T extends FindingDetails>(finding: T, changes: Changes): T {
  const kept = Object.entries(finding).flatMap(([part, said]: [string, string | number]) => {
    if (part === "severity") return [[part, said]];
    if (typeof said === "string") return [[part, changes.text(said)]];
    const number = changes.value(said, "position");
    return typeof number === "number" ? [[part, number]] : [];
  });
  return Object.fromEntries(kept) as T;
}
