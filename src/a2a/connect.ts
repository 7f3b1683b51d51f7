import type { AgentCard } from "@a2a-js/sdk";
import type { Client } from "@a2a-js/sdk/client";
import { badStatus } from "../http/bad-status.ts";
import { guardedFetch } from "../http/guarded-fetch.ts";
import { refusal } from "../http/refusal.ts";
import { QuorateError } from "../model/errors.ts";
import type { MadeHeaders } from "../http/header-values.ts";
import { loadA2aClient } from "./load.ts";
import { peerCard, type PeerCard } from "./peer-card.ts";
import { statusOf } from "./peer-failure.ts";

/** How a peer is reached. */
export interface PeerAddress {
  readonly agent: string;
  /** The URL of its card; `undefined` if the user gave the card itself. */
  readonly cardUrl: URL | undefined;
  readonly card: unknown;
  readonly skill: string | undefined;
  /** Origins that the card may send requests to, in addition to its own. */
  readonly origins: readonly string[];
  readonly allowPrivate: boolean;
  /** The most bytes of one answer. */
  readonly maxBytes: number;
}

/** A peer whose card has been read. */
export interface Peer {
  readonly client: Client;
  readonly card: PeerCard;
}

const MAX_CARD_BYTES = 1_048_576;
/** Room for what an answer has besides its content: history, ids, and the same content in several places. */
const TIMES_CONTENT = 4;
/** A stream repeats a task many times. */
const TIMES_IN_STREAM = 16;

/** Reads a peer's card and makes its client. Every request is within the guard and has the headers, until `signal` is aborted. */
export async function connect(
  address: PeerAddress,
  { headers, secrets }: MadeHeaders,
  signal: AbortSignal,
): Promise<Peer> {
  const { agent, allowPrivate, skill, maxBytes } = address;
  const origins = address.cardUrl && [address.cardUrl.origin, ...address.origins];

  const within = (allowed: readonly string[], bytes: number): typeof fetch => {
    const guarded = guardedFetch({ agent, origins: allowed, allowPrivate, maxBytes: bytes });
    return async (input, init) => {
      const all = new Headers(init?.headers);
      for (const [name, value] of Object.entries(headers)) all.set(name, value);
      const response = await guarded(input, {
        ...init,
        headers: all,
        signal: init?.signal ?? signal,
      });
      if (response.ok) return response;
      throw await badStatus(response, agent, originOf(input), secrets);
    };
  };

  const given = address.cardUrl
    ? await readCard(address.cardUrl, within(origins ?? [], MAX_CARD_BYTES), agent)
    : address.card;
  const card = peerCard(given, { agent, origins, skill });
  const allowed = origins ?? [card.url.origin];
  const { ClientFactory, JsonRpcTransportFactory, RestTransportFactory } = await loadA2aClient();
  const one = within(allowed, maxBytes * TIMES_CONTENT);
  const many = within(allowed, maxBytes * TIMES_IN_STREAM);
  const fetchImpl: typeof fetch = (input, init) =>
    (new Headers(init?.headers).get("accept") === "text/event-stream" ? many : one)(input, init);
  const factory = new ClientFactory({
    transports: [
      new JsonRpcTransportFactory({ fetchImpl }),
      new RestTransportFactory({ fetchImpl }),
    ],
  });
  return { client: await factory.createFromAgentCard(askedCard(card, agent)), card };
}

function originOf(input: string | URL | Request): string {
  return new URL(input instanceof Request ? input.url : input).origin;
}

async function readCard(url: URL, fetching: typeof fetch, agent: string): Promise<unknown> {
  const headers = { Accept: "application/json", "A2A-Version": "1.0" };
  let text: string;
  try {
    const response = await fetching(url, { headers });
    text = await response.text();
  } catch (error) {
    throw withoutCard(error, url, agent);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw refusal(`${agent}: its agent card is malformed: it is not JSON; have it corrected there`);
  }
}

/** The error for a card that could not be read, if the card is at fault. */
function withoutCard(error: unknown, { origin }: URL, agent: string): unknown {
  if (error instanceof QuorateError && error.code === "OUTPUT_TOO_LARGE") {
    return refusal(
      `${agent}: its agent card is larger than ${MAX_CARD_BYTES} bytes; have it shortened there`,
    );
  }
  if (statusOf(error) !== 404) return error;
  return refusal(
    `${agent}: there is no agent card at its url (${origin} answered with HTTP 404); give the address of the card itself, which ends in .json, or use a peer that speaks A2A 1.x`,
  );
}

/** A card with only the interface that was checked, so that the SDK finds no other. */
function askedCard({ url, binding, tenant, streaming }: PeerCard, agent: string): AgentCard {
  return {
    name: agent,
    description: "",
    version: "",
    supportedInterfaces: [
      {
        // The SDK adds paths to it.
        url: binding === "JSONRPC" ? url.href : url.href.replace(/\/$/, ""),
        protocolBinding: binding,
        protocolVersion: "1.0",
        tenant,
      },
    ],
    provider: undefined,
    capabilities: { streaming, extensions: [] },
    securitySchemes: {},
    securityRequirements: [],
    defaultInputModes: [],
    defaultOutputModes: [],
    skills: [],
    signatures: [],
  };
}
