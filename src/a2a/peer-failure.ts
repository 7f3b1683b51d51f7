import { describeThrown, QuorateError } from "../model/errors.ts";
import { hear } from "../model/hear.ts";
import { clipWords, plain } from "../model/text.ts";
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

/** The peer that was asked, and the secrets that must not be shown. */
export interface FailingPeer {
  readonly agent: string;
  readonly secrets: readonly string[];
}

/** A peer's text in one line, safe to show: at most 500 characters, without invisible characters and secrets. */
export function saidByPeer(text: string, secrets: readonly string[]): string {
  const cleaned = plain(withoutSecrets(secrets, clipWords(text, MAX_SAID * 8)));
  return clipWords(cleaned.replaceAll(/\s+/g, " ").trim(), MAX_SAID);
}

/** A failure of a peer, or of the SDK on the way to it, as one sentence; its cause says whether to retry. */
export function peerFailure(thrown: unknown, { agent, secrets }: FailingPeer): QuorateError {
  if (thrown instanceof QuorateError) return thrown;
  hear(thrown);
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

/** The HTTP status of a failed request, if it has one. */
export function statusOf(thrown: unknown): number | undefined {
  const { cause } = Object(thrown) as { readonly cause?: unknown };
  const { status } = Object(cause) as { readonly status?: unknown };
  return typeof status === "number" ? status : undefined;
}

/** Whether the peer says that it does not have the task. */
export function isNoTask(thrown: unknown): boolean {
  const { name } = Object(thrown) as { readonly name?: unknown };
  return name === "TaskNotFoundError" || statusOf(thrown) === 404;
}

/** Whether the same question would fail again, so that asking again is of no use. */
export function isForGood(thrown: unknown): boolean {
  if (!(thrown instanceof QuorateError)) {
    return FOR_GOOD.has((Object(thrown) as { readonly name?: unknown }).name);
  }
  if (thrown.code !== "AGENT_FAILED") return true;
  if ((Object(thrown.cause) as { readonly retryable?: unknown }).retryable === false) return true;
  const status = statusOf(thrown) ?? 500;
  return status < 500 && ![408, 409, 425, 429].includes(status);
}
