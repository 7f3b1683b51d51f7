import type * as A2aClient from "@a2a-js/sdk/client";
import { refusal } from "../http/refusal.ts";

/** The client of the A2A SDK. */
export type A2aClientSdk = typeof A2aClient;

/**
 * Loads the SDK when a peer is first asked. Importing this entry does not load it. If it is missing, only the agents that need it fail, with a
 * one-sentence error.
 */
export async function loadA2aClient(): Promise<A2aClientSdk> {
  try {
    return await import("@a2a-js/sdk/client");
  } catch {
    throw refusal(
      "quorate/a2a needs the package @a2a-js/sdk, which cannot be loaded; install it: npm install @a2a-js/sdk",
    );
  }
}
