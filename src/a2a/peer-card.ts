import { refusal } from "../http/refusal.ts";
import { clipWords, plain } from "../model/text.ts";

/** The protocol binding: JSON-RPC, or HTTP with JSON. */
export type PeerBinding = "JSONRPC" | "HTTP+JSON";

/** The checked parts of an agent card. */
export interface PeerCard {
  /** The URL to ask. */
  readonly url: URL;
  readonly binding: PeerBinding;
  /** The tenant that the card wants with each request; mostly empty. */
  readonly tenant: string;
  /** Whether it streams the updates of a task; else it is polled. */
  readonly streaming: boolean;
  /** The media types that the peer, or its skill, accepts. */
  readonly inputModes: readonly string[];
}

/** What a card is checked against. */
export interface CardWanted {
  /** The agent's name, for messages. */
  readonly agent: string;
  /** The origins at which the peer may be asked; `undefined`, for a card that the user gave: any. */
  readonly origins: readonly string[] | undefined;
  readonly skill: string | undefined;
}

const BINDINGS: readonly unknown[] = ["JSONRPC", "HTTP+JSON"];
const MAX_SHOWN = 100;
const MAX_ITEMS = 1_000;

type CardFields = Readonly<Record<string, unknown>>;

/** Reads an agent card. Throws `AGENT_FAILED` with one sentence if it is unusable; a retry does not help. */
export function peerCard(given: unknown, wanted: CardWanted): PeerCard {
  const { agent, origins, skill } = wanted;
  const malformed = (why: string): Error =>
    refusal(`${agent}: its agent card is malformed: ${why}; have it corrected there`);
  const card = fieldsOf(given);
  if (card === undefined) throw malformed("it is not an object");
  if (typeof card["name"] !== "string" || card["name"] === "") throw malformed("it has no name");
  if (!Array.isArray(card["supportedInterfaces"])) {
    const { protocolVersion, url, preferredTransport = "JSONRPC" } = card;
    if (typeof url === "string" && ["string", "undefined"].includes(typeof protocolVersion)) {
      // Older cards have the address at the top level; the oldest do not say their version.
      const version =
        protocolVersion === undefined
          ? "a version before 0.3"
          : `A2A ${shownPart(protocolVersion)}`;
      throw refusal(
        `${agent}: its agent card offers ${version} (${shownPart(preferredTransport)}), and this agent speaks only A2A 1.x; use a peer that speaks it`,
      );
    }
    throw malformed("it has no list supportedInterfaces");
  }
  const capabilities = fieldsOf(card["capabilities"] ?? {});
  if (capabilities === undefined) throw malformed("its capabilities are not an object");
  const needed = itemsIn(capabilities["extensions"]).find((one) => one["required"] === true);
  if (needed !== undefined) {
    const uri = shownPart(needed["uri"]);
    throw refusal(
      `${agent}: its agent card requires the extension ${uri}, which is not supported; use a peer that does not require it`,
    );
  }
  const chosen = itemsIn(card["supportedInterfaces"]).find(isSpoken);
  if (chosen === undefined) {
    const offered = itemsIn(card["supportedInterfaces"])
      .slice(0, 5)
      .map((one) => `${shownPart(one["protocolBinding"])} ${shownPart(one["protocolVersion"])}`);
    throw refusal(
      `${agent}: its agent card offers ${offered.join(", ") || "no interface"}, and this agent speaks JSONRPC and HTTP+JSON of version 1; use a peer that speaks one of these`,
    );
  }
  const { url: address, tenant = "" } = chosen;
  const url = typeof address === "string" && URL.canParse(address) ? new URL(address) : undefined;
  const isHttp = url !== undefined && ["http:", "https:"].includes(url.protocol);
  if (!isHttp || `${url.username}${url.password}` !== "") {
    throw malformed(
      `the url of an interface is ${shownPart(address)}, which is not a usable address`,
    );
  }
  if (typeof tenant !== "string") throw malformed("the tenant of an interface is not a text");
  if (origins !== undefined && !origins.includes(url.origin)) {
    throw refusal(
      `${agent}: its agent card points to ${shownPart(url.origin)}, which is not its own origin; add it to origins if that is intended`,
    );
  }
  const skills = itemsIn(card["skills"]);
  const asked = skill === undefined ? undefined : skills.find(({ id }) => id === skill);
  if (skill !== undefined && asked === undefined) {
    const ids = skills.slice(0, 10).map(({ id }) => shownPart(id));
    throw refusal(
      `${agent}: its agent card has no skill "${skill}"; it has ${ids.join(", ") || "none"}`,
    );
  }
  const own = textsIn(asked?.["inputModes"]);
  return {
    url,
    binding: chosen["protocolBinding"] as PeerBinding,
    tenant,
    // With HTTP and JSON the SDK prints stream content that it cannot read, so such a peer is polled.
    streaming: capabilities["streaming"] === true && chosen["protocolBinding"] === "JSONRPC",
    inputModes: own.length > 0 ? own : textsIn(card["defaultInputModes"]),
  };
}

function isSpoken({ protocolBinding, protocolVersion }: CardFields): boolean {
  return (
    BINDINGS.includes(protocolBinding) && /^1(?:\.\d{1,3}){0,2}$/.test(String(protocolVersion))
  );
}

function fieldsOf(value: unknown): CardFields | undefined {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as CardFields) : undefined;
}

function itemsIn(value: unknown): readonly CardFields[] {
  if (!Array.isArray(value)) return [];
  const items: readonly unknown[] = value.slice(0, MAX_ITEMS);
  return items.map(fieldsOf).filter((one) => one !== undefined);
}

function textsIn(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  const items: readonly unknown[] = value.slice(0, MAX_ITEMS);
  return items.filter((one) => typeof one === "string");
}

/** A part of a card, made safe for a message: the card is not trusted. */
function shownPart(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? typeof value);
  return clipWords(plain(text).replaceAll(/\s+/g, " "), MAX_SHOWN);
}
