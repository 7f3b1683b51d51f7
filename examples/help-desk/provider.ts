import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** US dollars per million tokens. */
export interface ModelPrice {
  readonly input: number;
  readonly output: number;
}

export interface ProviderOptions {
  readonly prices: Readonly<Record<string, ModelPrice>>;
  /** How many requests it answers at once; it rejects others with 429 and a Retry-After. */
  readonly inFlight: number;
  /** How long a request takes, in ms. */
  readonly latencyMs: number;
  /** How many requests in a hundred fail with 500; every other one of these after it was charged. */
  readonly failPercent?: number;
  /** The value of its retry-after header, in seconds. */
  readonly retryAfter?: number;
  /** The answer to a prompt, by model. */
  readonly answer: (prompt: string, model: string) => unknown;
}

/** The totals so far. */
export interface ProviderBooks {
  readonly requests: number;
  readonly refused: number;
  readonly failed: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly chargedMicros: number;
}

export interface Provider extends AsyncDisposable {
  readonly url: string;
  readonly books: ProviderBooks;
}

// Tokens before the prompts of every request, however many there are: instructions, tools, examples.
const PREAMBLE_TOKENS = 400;

/**
 * A simulated model provider: it charges by tokens, rejects requests that come too fast, and fails now and then. Its answers are given. A
 * request is `{ model, prompts }`, a response `{ answers, usage: { inputTokens, outputTokens } }`.
 */
export async function startProvider(options: ProviderOptions): Promise<Provider> {
  const {
    prices,
    inFlight: limit,
    latencyMs,
    failPercent = 0,
    retryAfter = 0.02,
    answer,
  } = options;
  let [requests, refused, failed, inputTokens, outputTokens, chargedMicros] = [0, 0, 0, 0, 0, 0];
  let inFlight = 0;

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { model, prompts } = (await bodyOf(request)) as {
      readonly model: string;
      readonly prompts: readonly string[];
    };
    if (inFlight >= limit) {
      refused += 1;
      response.writeHead(429, { "retry-after": String(retryAfter) });
      response.end();
      return;
    }
    inFlight += 1;
    requests += 1;
    const number = requests;
    await new Promise((resolve) => setTimeout(resolve, latencyMs));
    inFlight -= 1;
    // Spread over the requests, and the same in every run.
    const fails = (number * 37) % 100 < failPercent;
    if (fails) failed += 1;
    const answers = prompts.map((prompt) => answer(prompt, model));
    const used = {
      inputTokens: PREAMBLE_TOKENS + tokensOf(prompts.join("\n")),
      outputTokens: answers.reduce<number>((sum, one) => sum + tokensOf(JSON.stringify(one)), 0),
    };
    if (!fails || failed % 2 === 0) {
      const price = prices[model] ?? { input: 0, output: 0 };
      inputTokens += used.inputTokens;
      outputTokens += used.outputTokens;
      chargedMicros += Math.ceil(used.inputTokens * price.input + used.outputTokens * price.output);
    }
    response.writeHead(fails ? 500 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(fails ? { error: "try again" } : { answers, usage: used }));
  };

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    get books() {
      return { requests, refused, failed, inputTokens, outputTokens, chargedMicros };
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** About four characters per token, a rule of thumb for English. */
export function tokensOf(text: string): number {
  return Math.ceil(text.length / 4);
}

/** The most input tokens that a request with these prompts can have. */
export function inputTokensAtMost(prompts: readonly string[]): number {
  return PREAMBLE_TOKENS + tokensOf(prompts.join("\n"));
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk;
  return JSON.parse(text);
}
