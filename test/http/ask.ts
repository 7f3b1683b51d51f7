import {
  agent,
  supervisor,
  type AgentResult,
  type QuorateError,
  type RunEvent,
  type Worker,
} from "../../src/index.ts";

/** What one agent makes of one task beside a sound one, and the log. */
export async function askBeside(
  odd: Worker,
  { task = "task", signal }: { readonly task?: unknown; readonly signal?: AbortSignal } = {},
): Promise<{ readonly result: AgentResult; readonly log: readonly RunEvent[] }> {
  const sound = agent({ name: "sound", run: () => "ship" });
  const agents = { sound, [odd.name]: odd as never };
  const team = supervisor({ name: "team", agents });
  const outcome = await team.run(task as never, signal && { signal });
  if (outcome.results.sound.status !== "ok") throw new Error("the sound one has suffered");
  const result = (outcome.results as Readonly<Record<string, AgentResult>>)[odd.name];
  if (result === undefined) throw new Error("nobody asked it");
  return { result, log: await team.backend.store.read(outcome.runId) };
}

/** The answer of one that has to answer. */
export async function answerOf(odd: Worker, task?: unknown): Promise<unknown> {
  const { result } = await askBeside(odd, { task });
  if (result.status !== "ok") throw result.status === "failed" ? result.error : new Error();
  return result.output;
}

/** What one fails with that has to fail, in one sentence that hides nothing. */
export async function failureOf(odd: Worker, task?: unknown): Promise<QuorateError> {
  const { result } = await askBeside(odd, { task });
  if (result.status !== "failed") throw new Error(`It is ${result.status}.`);
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e]/.test(result.error.message)) {
    throw new Error(`It is no plain sentence: ${JSON.stringify(result.error.message)}`);
  }
  return result.error;
}
