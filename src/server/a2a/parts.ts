import type { Message, Part } from "@a2a-js/sdk";
import type { Json } from "../../model/json.ts";
import type { A2aSdk } from "./load.ts";

export const TEXT_TYPE = "text/plain";
export const JSON_TYPE = "application/json";
export const MARKDOWN_TYPE = "text/markdown";

export function textPart(value: string, mediaType: string = TEXT_TYPE): Part {
  return { content: { $case: "text", value }, metadata: undefined, filename: "", mediaType };
}

export function dataPart(value: unknown): Part {
  return {
    content: { $case: "data", value },
    metadata: undefined,
    filename: "",
    mediaType: JSON_TYPE,
  };
}

/** The ids and the role of a message. */
export interface MessagePlace {
  readonly messageId: string;
  readonly taskId: string;
  readonly contextId: string;
}

export function messageOf(
  { codecs }: A2aSdk,
  from: "user" | "agent",
  place: MessagePlace,
  parts: Part[],
): Message {
  const { ROLE_AGENT, ROLE_USER } = codecs.Role;
  return {
    ...place,
    role: from === "agent" ? ROLE_AGENT : ROLE_USER,
    parts,
    metadata: undefined,
    extensions: [],
    referenceTaskIds: [],
  };
}

/** The content of a message: a value, or its texts joined with line breaks. */
export type MessageContent = { readonly data: Json } | { readonly text: string };

/** Reads a message's content; `undefined` for files, for an empty message, and for values combined with anything else. */
export function saidIn({ parts }: Message): MessageContent | undefined {
  const texts: string[] = [];
  const values: Json[] = [];
  for (const { content, mediaType } of parts) {
    if (content?.$case === "text") {
      const parsed = isJsonType(mediaType) ? jsonIn(content.value) : undefined;
      if (parsed === undefined) texts.push(content.value);
      else values.push(parsed.data);
    } else if (content?.$case === "data" && content.value !== undefined) {
      values.push(content.value as Json);
    } else {
      return undefined;
    }
  }
  const [data] = values;
  if (values.length === 1 && texts.length === 0 && data !== undefined) return { data };
  return values.length === 0 && texts.length > 0 ? { text: texts.join("\n") } : undefined;
}

const isJsonType = (mediaType: string): boolean => /^application\/json\b/i.test(mediaType);

/** The value of a text that is JSON of an object or a list. */
export function jsonIn(text: string): { readonly data: Json } | undefined {
  try {
    return { data: JSON.parse(text) as Json };
  } catch {
    return undefined;
  }
}
