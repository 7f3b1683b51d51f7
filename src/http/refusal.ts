import { QuorateError } from "../model/errors.ts";

/** A failure that the next attempt would meet again. */
export function refusal(message: string): QuorateError {
  const cause = Object.assign(new Error(message), { retryable: false });
  return new QuorateError("AGENT_FAILED", message, { cause });
}

/** Why an agent is not asked where its host turns out to be private. */
export const privateRefusal = (agent: string, host: string): QuorateError =>
  refusal(
    `${agent} was to ask ${host}, whose address is not a public one; say allowPrivate: true, if it is meant`,
  );
