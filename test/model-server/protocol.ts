import type { PeerUsage } from "../../src/testing/index.ts";

/** What is said, in whatever protocol. */
export interface Said {
  readonly model: string;
  readonly text: string;
  /** Its input is a text where it is not whole. */
  readonly tool?: { readonly name: string; readonly input: object | string } | undefined;
  readonly usage?: PeerUsage | undefined;
  readonly ended?: Ended | undefined;
}

/** Why it ended, when it is not whole: it was cut at its longest, it was filtered, or nobody says. */
export type Ended = "length" | "filter" | "nothing";

/** A piece of a stream. */
export interface WireEvent {
  readonly text: string;
  /** A piece of the answer itself. */
  readonly isText: boolean;
}

export type Body = Readonly<Record<string, unknown>>;

/** One way in which models are asked over HTTP, as far as these tests need it. */
export interface Protocol {
  isAt(path: string): boolean;
  /** How a request is asked that is no usual one, such as a count of tokens; `undefined` for a usual one. */
  aside?(path: string): object | undefined;
  isStream(path: string, body: Body): boolean;
  modelIn(path: string, body: Body): string;
  /** The names of the tools that the model may call. */
  toolsIn(body: Body): readonly string[];
  /** What a model says, whole. */
  bodyOf(said: Said): object;
  /** What a model says, in pieces. */
  eventsOf(said: Said): readonly WireEvent[];
}

/** How many characters of an answer are in one piece. */
const PIECE_CHARS = 8;

/** The input of a tool, as a text. */
export const inputOf = ({ input }: { readonly input: object | string }): string =>
  typeof input === "string" ? input : JSON.stringify(input);

export function pieces(text: string): readonly string[] {
  // A flood comes in larger ones.
  const size = Math.max(PIECE_CHARS, Math.ceil(text.length / 100));
  return Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
    text.slice(i * size, (i + 1) * size),
  );
}

/** A server-sent event. `isNamed`: its type stands on a line of its own, too. */
export function eventOf(body: object, isText = false, isNamed = false): WireEvent {
  const name = isNamed ? `event: ${(body as { readonly type: string }).type}\n` : "";
  return { text: `${name}data: ${JSON.stringify(body)}\n\n`, isText };
}

/** The names of tools in a list of their descriptions. */
export function namesIn(tools: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(tools) ? tools : [];
  return list.flatMap((tool) => {
    const { name, function: called, functionDeclarations } = Object(tool) as Body;
    if (typeof name === "string") return [name];
    if (called !== undefined) return namesIn([called]);
    return namesIn(functionDeclarations);
  });
}
