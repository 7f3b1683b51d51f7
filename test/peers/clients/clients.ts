import Anthropic from "@anthropic-ai/sdk";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText } from "ai";
import axios from "axios";
import { Gaxios } from "gaxios";
import got from "got";
import ky from "ky";
import nodeFetch from "node-fetch";
import OpenAI from "openai";
import * as undici from "undici";

/** Asks a server once, without repeating anything itself. */
export type Client = (url: string, timeoutMs: number) => Promise<unknown>;

/** Clients as agents use them. `reads`: whether what they throw has the body of the response. */
export const CLIENTS: Readonly<Record<string, { readonly ask: Client; readonly reads: boolean }>> =
  {
    "fetch, of which the response is thrown": {
      reads: false,
      async ask(url, timeoutMs) {
        const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
        // eslint-disable-next-line typescript/only-throw-error -- what hurried code does
        if (!response.ok) throw response;
        return response.json();
      },
    },
    "fetch, of which the response is a cause": {
      reads: false,
      async ask(url, timeoutMs) {
        const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
        if (!response.ok) throw new Error("the model failed", { cause: response });
        return response.json();
      },
    },
    "undici's fetch": {
      reads: false,
      async ask(url, timeoutMs) {
        const response = await undici.fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
        if (!response.ok) throw Object.assign(new Error("the model failed"), { response });
        return response.json();
      },
    },
    "undici's request": {
      reads: false,
      async ask(url, timeoutMs) {
        const dispatcher = new undici.Agent({ headersTimeout: timeoutMs }).compose(
          undici.interceptors.responseError(),
        );
        const { body } = await undici.request(url, { dispatcher });
        return body.json();
      },
    },
    "node-fetch": {
      reads: false,
      async ask(url, timeoutMs) {
        const response = await nodeFetch(url, { signal: AbortSignal.timeout(timeoutMs) });
        if (!response.ok) throw Object.assign(new Error("the model failed"), { response });
        return response.json();
      },
    },
    ky: { reads: true, ask: (url, timeout) => ky(url, { retry: 0, timeout }).json() },
    got: {
      reads: true,
      ask: (url, timeoutMs) =>
        got(url, { retry: { limit: 0 }, timeout: { request: timeoutMs } }).json(),
    },
    axios: { reads: true, ask: async (url, timeout) => (await axios.get(url, { timeout })).data },
    gaxios: {
      reads: true,
      ask: async (url, timeout) =>
        (await new Gaxios().request({ url, timeout, retry: false })).data,
    },
    "the OpenAI SDK": {
      reads: true,
      ask: async (baseURL, timeout) =>
        (
          await new OpenAI({
            apiKey: "k",
            baseURL,
            timeout,
            maxRetries: 0,
          }).chat.completions.create({
            model: "mini",
            messages: [{ role: "user", content: "?" }],
          })
        ).choices[0]?.message.content,
    },
    "the Anthropic SDK": {
      reads: true,
      ask: async (baseURL, timeout) =>
        (
          await new Anthropic({ apiKey: "k", baseURL, timeout, maxRetries: 0 }).messages.create({
            model: "mini",
            max_tokens: 9,
            messages: [{ role: "user", content: "?" }],
          })
        ).content,
    },
    "the AI SDK": {
      reads: true,
      ask: async (baseURL, timeoutMs) => {
        const { text } = await generateText({
          model: createOpenAICompatible({ name: "local", baseURL, apiKey: "k" })("mini"),
          prompt: "?",
          maxRetries: 0,
          abortSignal: AbortSignal.timeout(timeoutMs),
        });
        return text;
      },
    },
  };
