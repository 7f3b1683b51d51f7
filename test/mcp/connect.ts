import {
  Client,
  StreamableHTTPClientTransport,
  type JSONRPCMessage,
} from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { MAIN } from "../cli/command.ts";
import { COMPILED } from "../compiled.ts";

/** `2026`: what the client asks for; `2025`: what clients speak that do not ask. */
export type Era = "2026" | "2025";
export const ERAS: readonly Era[] = ["2026", "2025"];

/** What a person at the client answers to a question. */
export type Person = (asked: {
  readonly message: string;
  readonly choices: readonly string[];
}) => { readonly winner: string; readonly why?: string } | "decline";

/** The official client, whose person answers questions where there is one. */
export function client(era: Era, person?: Person): Client {
  const made = new Client(
    { name: "tester", version: "1.0.0" },
    {
      ...(person !== undefined && { capabilities: { elicitation: { form: {} } } }),
      ...(era === "2026" && { versionNegotiation: { mode: "auto" as const } }),
    },
  );
  if (person !== undefined) {
    made.setRequestHandler("elicitation/create", ({ params }) => {
      const { message, requestedSchema } = params as unknown as {
        readonly message: string;
        readonly requestedSchema: {
          readonly properties: { readonly winner: { readonly enum: readonly string[] } };
        };
      };
      const said = person({ message, choices: requestedSchema.properties.winner.enum });
      return said === "decline"
        ? { action: "decline" as const }
        : { action: "accept" as const, content: { ...said } };
    });
  }
  return made;
}

export interface Connected extends AsyncDisposable {
  readonly client: Client;
}

/** Connected with `quorate mcp` as a process of its own. */
export async function connectStdio(
  args: readonly string[],
  {
    cwd,
    era,
    person,
  }: { readonly cwd: string; readonly era: Era; readonly person?: Person | undefined },
): Promise<
  Connected & {
    readonly stderr: () => string;
    readonly pid: () => number;
    /** What came on its standard output, in order. */
    readonly received: () => readonly JSONRPCMessage[];
  }
> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [MAIN, "mcp", ...args],
    cwd,
    env: { ...COMPILED, PATH: process.env["PATH"] ?? "" },
    stderr: "pipe",
  });
  let stderr = "";
  transport.stderr?.on("data", (part: Buffer) => (stderr += part.toString()));
  const made = client(era, person);
  await made.connect(transport);
  const received: JSONRPCMessage[] = [];
  const { onmessage } = transport;
  transport.onmessage = (message) => {
    received.push(message);
    onmessage?.(message);
  };
  return {
    client: made,
    stderr: () => stderr,
    pid: () => transport.pid ?? 0,
    received: () => received,
    [Symbol.asyncDispose]: () => made.close(),
  };
}

/** Connected with a server at `at`, by a token. */
export async function connectHttp(
  at: string,
  token: string,
  { era, person }: { readonly era: Era; readonly person?: Person | undefined },
): Promise<Connected> {
  const made = client(era, person);
  await made.connect(
    new StreamableHTTPClientTransport(new URL("/mcp", at), {
      requestInit: { headers: { Authorization: `Bearer ${token}` } },
    }),
  );
  return { client: made, [Symbol.asyncDispose]: () => made.close() };
}
