import type { Usage } from "quorate";

/** A model at a provider: the team's tiers name these. */
export interface Model {
  readonly modelId: string;
  readonly url: string;
}

/** A provider's response. */
interface Reply {
  readonly answers: readonly unknown[];
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number };
}

/** Asks a model, and reports what it used. A refusal of the provider is thrown with its status and retry-after. */
export async function ask(
  { url, modelId }: Model,
  prompts: readonly string[],
  context: { readonly signal: AbortSignal; readonly report: (usage: Usage) => void },
): Promise<readonly unknown[]> {
  const response = await fetch(url, {
    method: "POST",
    body: JSON.stringify({ model: modelId, prompts }),
    signal: context.signal,
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw Object.assign(new Error(`the provider answered ${response.status}`), {
      status: response.status,
      headers: response.headers,
    });
  }
  const { answers, usage } = (await response.json()) as Reply;
  context.report({ ...usage, model: modelId });
  return answers;
}
