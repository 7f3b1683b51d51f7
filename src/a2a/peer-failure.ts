import { describeThrown, QuorateError } from "../model/errors.ts";
import { clip, plain } from "../model/text.ts";
import { withoutSecrets } from "../http/bad-status.ts";

const MAX_SAID = 500;

/** Errors of the protocol that the same request would meet again. */
const FOR_GOOD: ReadonlySet<unknown> = new Set([
  "RequestMalformedError",
  "UnsupportedOperationError",
  "ContentTypeNotSupportedError",
  "PushNotificationNotSupportedError",
  "ExtensionSupportRequiredError",
  "VersionNotSupportedError",
  "TaskNotCancelableError",
]);

/** Who was asked, and what of it nobody may see. */
export interface FailingPeer {
  readonly agent: string;
  readonly secrets: readonly string[];
}

/** What a peer says, in one line that is fit to be shown: at most 500 characters, without what nobody sees and without secrets. */
export function saidByPeer(text: string, secrets: readonly string[]): string {
  const cleaned = plain(withoutSecrets(secrets, text.slice(0, MAX_SAID * 8)));
  return clip(cleaned.replaceAll(/\s+/g, " ").trim(), MAX_SAID);
}

/** A failure of a peer, or of the SDK on the way to it, as one sentence; whether it may be repeated, its cause says. */
export function peerFailure(thrown: unknown, { agent, secrets }: FailingPeer): QuorateError {
  if (thrown instanceof QuorateError) return thrown;
  const { name, envelopeCode } = Object(thrown) as {
    readonly name?: unknown;
    readonly envelopeCode?: unknown;
  };
  const code = typeof envelopeCode === "number" ? ` (${envelopeCode})` : "";
  const said = saidByPeer(describeThrown(thrown), secrets);
  const cause = Object.assign(new Error(said), {
    ...(FOR_GOOD.has(name) && { retryable: false }),
  });
  return new QuorateError("AGENT_FAILED", `${agent}: its peer failed${code}: ${said}`, { cause });
}

/** Whether a peer says that it has no such task. */
export function isNoTask(thrown: unknown): boolean {
  const { name, cause } = Object(thrown) as { readonly name?: unknown; readonly cause?: unknown };
  return name === "TaskNotFoundError" || (Object(cause) as { status?: unknown }).status === 404;
}

/** Whether the same question would fail again: it is of no use to go on asking. */
export function isForGood(thrown: unknown): boolean {
  if (!(thrown instanceof QuorateError)) {
    return FOR_GOOD.has((Object(thrown) as { readonly name?: unknown }).name);
  }
  if (thrown.code !== "AGENT_FAILED") return true;
  const { retryable, status } = Object(thrown.cause) as {
    readonly retryable?: unknown;
    readonly status?: unknown;
  };
  if (retryable === false) return true;
  const isClients = typeof status === "number" && status >= 400 && status < 500;
  return isClients && ![408, 409, 425, 429].includes(status);
}
