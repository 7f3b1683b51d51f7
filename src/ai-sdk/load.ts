import type * as Ai from "ai";
import { QuorateError } from "../model/errors.ts";

/** The AI SDK. */
export type AiSdk = typeof Ai;

/**
 * Loads the AI SDK when a model is first asked. Importing this entry does not load it. If it is missing, only the agents that need it
 * fail, with a one-sentence error.
 */
export async function loadAiSdk(): Promise<AiSdk> {
  const sdk = await import("ai").catch((cause: unknown) => {
    throw new QuorateError(
      "AGENT_FAILED",
      'quorate/ai-sdk needs the package "ai", which cannot be loaded; install it: npm install ai@7',
      { cause },
    );
  });
  // Exists since version 7.
  if (typeof (sdk as Partial<AiSdk>).isStepCount === "function") return sdk;
  const cause = Object.assign(new Error("the version of ai is too old"), { retryable: false });
  throw new QuorateError(
    "AGENT_FAILED",
    'quorate/ai-sdk needs version 7 of the package "ai", and an older one is installed; update it: npm install ai@7',
    { cause },
  );
}
