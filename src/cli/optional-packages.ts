/** A package that is not installed with quorate: only some of its entries and commands need it. */
export interface OptionalPackage {
  readonly name: string;
  /** The entries of quorate that load it, by the names of their folders in `src`. */
  readonly entries: readonly string[];
  /** What it is for, in the words of who would miss it. */
  readonly what: string;
}

/** The optional peers of package.json; a test holds both lists together, and what each entry loads. */
export const OPTIONAL_PACKAGES: readonly OptionalPackage[] = [
  { name: "ai", entries: ["ai-sdk"], what: "language models" },
  { name: "execa", entries: ["command", "acp", "mcp"], what: "programs and coding agents" },
  { name: "@agentclientprotocol/sdk", entries: ["acp"], what: "agents that speak ACP" },
  {
    name: "@modelcontextprotocol/client",
    entries: ["mcp"],
    what: "tools of MCP servers as agents",
  },
  {
    name: "@modelcontextprotocol/server",
    entries: ["server"],
    what: "teams as MCP tools (quorate mcp, quorate serve)",
  },
  { name: "@a2a-js/sdk", entries: ["a2a", "server"], what: "A2A both ways (quorate serve)" },
  { name: "hono", entries: ["server"], what: "the server (quorate serve)" },
  { name: "@hono/node-server", entries: ["cli"], what: "the server (quorate serve)" },
  { name: "ajv", entries: ["server"], what: "the server (quorate serve)" },
  { name: "pg", entries: ["postgres"], what: "PostgreSQL (--db postgres://…)" },
  { name: "@opentelemetry/api", entries: ["otel"], what: "tracing" },
  { name: "@pydantic/genai-prices", entries: ["prices"], what: "prices of models" },
];

/** "tracing, quorate/otel": what would go without it. */
export function needOf({ entries, what }: OptionalPackage): string {
  const named = entries.filter((entry) => entry !== "cli").map((entry) => `quorate/${entry}`);
  return [what, ...named].join(", ");
}
