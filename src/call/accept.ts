import type { Agent } from "../describe/agent.ts";
import { readClaims, type Assertions } from "../conflict/read-claims.ts";
import { QuorateError } from "../model/errors.ts";
import { takeJson } from "../model/json.ts";
import type { Limits } from "../describe/limits.ts";
import type { Redactor } from "../log/redact.ts";
import type { ConfiguredAgent } from "./configured-agent.ts";
import { check, describeIssues, type SchemaResult } from "../check/schema.ts";

/** An accepted answer: what is kept of it, and what it says. */
export interface Accepted {
  readonly output: unknown;
  readonly said: Assertions | undefined;
}

/**
 * Accepts an agent's answer, or throws why not: `OUTPUT_INVALID`, `OUTPUT_NOT_JSON`, `OUTPUT_TOO_LARGE`, `CLAIMS_INVALID`.
 * Answers synchronously unless the schema is asynchronous.
 */
export function accept(
  { agent, limits }: Pick<ConfiguredAgent, "agent" | "limits">,
  raw: unknown,
  redact: Redactor | undefined,
): Accepted | Promise<Accepted> {
  // Also for a refused answer, because the refusal may quote it.
  redact?.learn(raw, limits.maxBytes);
  if (agent.output === undefined) return keep(agent, limits, raw);
  // Before the schema sees it: a schema may be slow on a huge value, or hang on a cyclic one.
  const checked = check(agent.output, takeOutput(agent.name, raw, limits.maxBytes));
  return checked instanceof Promise
    ? checked.then((late) => keep(agent, limits, parsed(agent, late)))
    : keep(agent, limits, parsed(agent, checked));
}

function parsed(agent: Agent, checked: SchemaResult): unknown {
  if (checked.issues === undefined) return checked.value;
  throw new QuorateError(
    "OUTPUT_INVALID",
    `the output of ${agent.name} fails its schema: ${describeIssues(checked.issues)}`,
    { issues: checked.issues },
  );
}

function keep(agent: Agent, limits: Limits, answer: unknown): Accepted {
  const output = takeOutput(agent.name, answer, limits.maxBytes);
  return { output, said: readClaims(agent, output) };
}

/** An answer as JSON. Throws `OUTPUT_NOT_JSON` or `OUTPUT_TOO_LARGE`. */
export function takeOutput(name: string, output: unknown, maxBytes: number): unknown {
  const taken = takeJson(output, maxBytes);
  if (taken.fault === undefined) return taken.value;
  const { fault } = taken;
  throw fault.kind === "too-large"
    ? new QuorateError(
        "OUTPUT_TOO_LARGE",
        `the output of ${name} ${fault.why}; raise maxBytes, or return less`,
      )
    : new QuorateError(
        "OUTPUT_NOT_JSON",
        `the output of ${name} ${fault.why}; return plain JSON values`,
      );
}

/** The failure of an agent or a team whose answer the store does not take; `why` is the journal's reason. */
export function unkept(name: string, why: string): QuorateError {
  return new QuorateError(
    "OUTPUT_TOO_LARGE",
    `the output of ${name} ${why}; return less, or store the large part elsewhere and return its address`,
  );
}
