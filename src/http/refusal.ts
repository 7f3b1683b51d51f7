import { QuorateError } from "../model/errors.ts";

/** A failure that the next attempt would repeat. */
export function refusal(message: string): QuorateError {
  const cause = Object.assign(new Error(message), { retryable: false });
  return new QuorateError("AGENT_FAILED", message, { cause });
}

/** The error for an agent whose host turns out to be private. */
export const privateRefusal = (agent: string, host: string): QuorateError =>
  refusal(
    `${agent} would ask ${host}, whose address is not public; set allowPrivate: true if that is intended`,
  );
