import type { Agent } from "../describe/agent.ts";
import type { CallRequest } from "../model/call.ts";
import { describeThrown, QuorateError } from "../model/errors.ts";
import { takeJson } from "../model/json.ts";
import { requireSync } from "../check/require-sync.ts";
import { check, describeIssues, type SchemaResult, type Schema } from "../check/schema.ts";

/** The results of schemas for one task: each schema is asked once, however many agents share it. */
export type CheckedInputs = Map<Schema, unknown>;

/** Makes an agent's input from the task and the results that it sees. */
export type InputMap = (task: unknown, results: CallRequest["results"]) => unknown;

/** What an agent's input is made from. */
export interface InputParts {
  readonly task: unknown;
  readonly results: CallRequest["results"];
  readonly map?: InputMap | undefined;
  readonly checked?: CheckedInputs | undefined;
}

/**
 * An agent's input: the task, or what `map` makes of it, as the agent's schema returns it. Throws `INPUT_INVALID`. Answers
 * synchronously unless the schema is asynchronous.
 */
export function checkInput(
  agent: Agent,
  { task, results, map, checked: known }: InputParts,
  maxBytes: number,
): unknown {
  const input = map === undefined ? task : mapInput(agent.name, map, task, results, maxBytes);
  const schema = agent.input;
  if (schema === undefined) return input;
  const shared = map === undefined ? known : undefined;
  if (shared?.has(schema) === true) return shared.get(schema);
  const keep = (checked: SchemaResult): unknown => {
    if (checked.issues !== undefined) {
      throw new QuorateError(
        "INPUT_INVALID",
        `the input of ${agent.name} fails its schema: ${describeIssues(checked.issues)}`,
        { issues: checked.issues },
      );
    }
    // The key, and what another machine receives, is made from the value after its schema.
    const value = takeInput(
      checked.value,
      maxBytes,
      `the input of ${agent.name}, after its schema,`,
    );
    shared?.set(schema, value);
    return value;
  };
  const checked = check(schema, input);
  return checked instanceof Promise ? checked.then(keep) : keep(checked);
}

/** What `map` makes of the task. Throws `INPUT_INVALID` if `map` throws, or its result is not JSON. */
export function mapInput(
  name: string,
  map: InputMap,
  task: unknown,
  results: CallRequest["results"],
  maxBytes: number,
): unknown {
  let input: unknown;
  try {
    input = requireSync(() => map(task, results), "its function");
  } catch (cause) {
    const why = describeThrown(cause);
    throw new QuorateError("INPUT_INVALID", `the input of ${name} cannot be made: ${why}`, {
      cause,
    });
  }
  return takeInput(input, maxBytes, `the input of ${name}`);
}

/** A task as JSON. Throws `INPUT_INVALID` if it is not JSON, or too large. */
export function takeInput(value: unknown, maxBytes: number, what: string): unknown {
  const taken = takeJson(value, maxBytes);
  if (taken.fault === undefined) return taken.value;
  const { fault } = taken;
  const remedy =
    fault.kind === "too-large" ? "raise maxBytes or send less" : "use plain JSON values";
  throw new QuorateError("INPUT_INVALID", `${what} ${fault.why}; ${remedy}`);
}
