import { createHmac, randomBytes } from "node:crypto";
import {
  acceptedContent,
  CLIENT_CAPABILITIES_META_KEY,
  completable,
  fromJsonSchema,
  inputRequired,
  McpServer,
  ProtocolError,
  ProtocolErrorCode,
  ResourceTemplate,
  type CallToolResult,
  type InputRequests,
  type InputRequiredResult,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { z } from "zod";

// What the conformance kit asks of the server that it tries, beside what the server has of its own: tools, resources and prompts of fixed names that
// answer what the kit says. They stand in every server that Quorate makes, so that the kit's requests go all the way through Quorate's own.

const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";
const WAV = "UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA=";
const image = { type: "image", data: PNG, mimeType: "image/png" } as const;

type Answered = CallToolResult | InputRequiredResult;

const text = (said: string): CallToolResult => ({ content: [{ type: "text", text: said }] });

/** Adds the fixtures to each server that is connected from now on, until it is disposed of. */
export function withFixtures(): Disposable {
  const { connect } = McpServer.prototype;
  McpServer.prototype.connect = function (transport) {
    addTools(this);
    addQuestions(this);
    addResources(this);
    addPrompts(this);
    return connect.call(this, transport);
  };
  return {
    [Symbol.dispose]() {
      McpServer.prototype.connect = connect;
    },
  };
}

function addTools(server: McpServer): void {
  const tool = (
    name: string,
    answer: (ctx: ServerContext) => Answered | Promise<Answered>,
  ): unknown =>
    server.registerTool(
      name,
      { description: `The kit's ${name}`, inputSchema: z.object({}) },
      (_, ctx) => answer(ctx),
    );
  tool("test_simple_text", () => text("This is a simple text response for testing."));
  tool("test_image_content", () => ({ content: [image] }));
  tool("test_audio_content", () => ({
    content: [{ type: "audio", data: WAV, mimeType: "audio/wav" }],
  }));
  tool("test_embedded_resource", () => ({
    content: [
      {
        type: "resource",
        resource: {
          uri: "test://embedded-resource",
          mimeType: "text/plain",
          text: "This is an embedded resource content.",
        },
      },
    ],
  }));
  tool("test_multiple_content_types", () => ({
    content: [
      { type: "text", text: "Multiple content types test:" },
      image,
      {
        type: "resource",
        resource: {
          uri: "test://mixed-content-resource",
          mimeType: "application/json",
          text: '{"test":"data","value":123}',
        },
      },
    ],
  }));
  tool("test_error_handling", () => {
    throw new Error("This tool intentionally returns an error for testing");
  });
  tool("test_tool_with_progress", async ({ mcpReq }) => {
    const { progressToken } = mcpReq._meta ?? {};
    if (progressToken !== undefined) {
      for (const progress of [0, 50, 100]) {
        const params = { progressToken, progress, total: 100 };
        await mcpReq.notify({ method: "notifications/progress", params });
      }
    }
    return text("It has told of its progress.");
  });
  tool("test_missing_capability", () =>
    inputRequired({ inputRequests: { sampled: sampling("What?", 10) } }),
  );
  tool("test_streaming_elicitation", () =>
    inputRequired({ inputRequests: { user_name: asking("What is your name?", "name") } }),
  );
  tool("test_logging_tool", async ({ mcpReq }) => {
    await mcpReq.log("info", "It was called.");
    return text("It has logged what the client wants to hear.");
  });
  server.registerTool(
    "test_custom_headers",
    {
      description: "The kit's tool with parameters in headers",
      inputSchema: fromJsonSchema({
        type: "object",
        properties: {
          region: { type: "string", "x-mcp-header": "Region" },
          priority: { type: "integer", "x-mcp-header": "Priority" },
        },
      } as never),
    },
    () => text("It was called."),
  );
  server.registerTool(
    "json_schema_2020_12_tool",
    {
      description: "The kit's tool with a schema of 2020-12",
      inputSchema: fromJsonSchema({
        $schema: "https://json-schema.org/draft/2020-12/schema",
        type: "object",
        $defs: {
          address: {
            $anchor: "addressDef",
            type: "object",
            properties: { street: { type: "string" }, city: { type: "string" } },
          },
        },
        properties: {
          name: { type: "string" },
          address: { $ref: "#/$defs/address" },
          contactMethod: { type: "string", enum: ["phone", "email"] },
          phone: { type: "string" },
          email: { type: "string" },
        },
        allOf: [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }],
        if: {
          properties: { contactMethod: { const: "phone" } },
          required: ["contactMethod"],
        },
        // oxlint-disable-next-line unicorn/no-thenable -- a keyword of the schema
        then: { required: ["phone"] },
        else: { required: ["email"] },
        additionalProperties: false,
      }),
    },
    () => text("It was called."),
  );
}

const asking = (message: string, name: string, type: "string" | "boolean" = "string") => {
  const property = type === "string" ? { type } : { type };
  return inputRequired.elicit({
    message,
    requestedSchema: { type: "object", properties: { [name]: property }, required: [name] },
  });
};

const sampling = (said: string, maxTokens: number) =>
  inputRequired.createMessage({
    messages: [{ role: "user", content: { type: "text", text: said } }],
    maxTokens,
  });

const SECRET = randomBytes(32);
const signature = (said: string): string =>
  createHmac("sha256", SECRET).update(said).digest("base64url");

/** A state that goes out and comes back; whoever changes it is refused. */
const signed = (said: string): string => `${said}.${signature(said)}`;

function stateIn({ mcpReq }: ServerContext): string | undefined {
  const given: unknown = mcpReq.requestState();
  if (given === undefined) return undefined;
  const [said = "", mark] = String(given).split(".");
  if (mark === signature(said)) return said;
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, "The requestState is not what it was.");
}

function addQuestions(server: McpServer): void {
  const tool = (name: string, answer: (ctx: ServerContext) => Answered): unknown =>
    server.registerTool(
      `test_input_required_result_${name}`,
      { description: `The kit's question ${name}`, inputSchema: z.object({}) },
      (_, ctx) => answer(ctx),
    );
  const accepted = ({ mcpReq }: ServerContext, key: string): Readonly<Record<string, unknown>> =>
    acceptedContent(mcpReq.inputResponses, key) ?? {};
  const given = ({ mcpReq }: ServerContext): Readonly<Record<string, unknown>> =>
    mcpReq.inputResponses ?? {};
  const asks = (inputRequests: InputRequests, requestState?: string): InputRequiredResult =>
    inputRequired({ inputRequests, ...(requestState !== undefined && { requestState }) });

  tool("elicitation", (ctx) => {
    const { name } = accepted(ctx, "user_name");
    return typeof name === "string"
      ? text(`Hello, ${name}!`)
      : asks({ user_name: asking("What is your name?", "name") });
  });
  tool("sampling", (ctx) => {
    const { capital_question: said } = given(ctx);
    return said === undefined
      ? asks({ capital_question: sampling("What is the capital of France?", 100) })
      : text(JSON.stringify(said));
  });
  tool("list_roots", (ctx) => {
    const { client_roots: roots } = given(ctx);
    return roots === undefined
      ? asks({ client_roots: inputRequired.listRoots() })
      : text(JSON.stringify(roots));
  });
  tool("request_state", (ctx) => {
    const isAnswered = "ok" in accepted(ctx, "confirm") && stateIn(ctx) === "asked";
    return isAnswered
      ? text("state-ok")
      : asks({ confirm: asking("Please confirm", "ok", "boolean") }, signed("asked"));
  });
  tool("multiple_inputs", (ctx) => {
    const keys = ["user_name", "greeting", "client_roots"];
    if (keys.every((key) => key in given(ctx)) && stateIn(ctx) === "asked") {
      return text("All three have come.");
    }
    const requests = {
      user_name: asking("What is your name?", "name"),
      greeting: sampling("Generate a greeting", 50),
      client_roots: inputRequired.listRoots(),
    };
    return asks(requests, signed("asked"));
  });
  tool("multi_round", (ctx) => {
    const state = stateIn(ctx);
    if (state === "second" && "color" in accepted(ctx, "step2")) return text("Both have come.");
    return state === "first" && "name" in accepted(ctx, "step1")
      ? asks({ step2: asking("Step 2: What is your favorite color?", "color") }, signed("second"))
      : asks({ step1: asking("Step 1: What is your name?", "name") }, signed("first"));
  });
  tool("tampered_state", (ctx) => {
    const state = stateIn(ctx);
    return state === "asked" && "ok" in accepted(ctx, "confirm")
      ? text("state-ok")
      : asks({ confirm: asking("Please confirm", "ok", "boolean") }, signed("asked"));
  });
  // It asks for what the client says that it can, and for nothing else.
  tool("capabilities", ({ mcpReq }) => {
    const envelope: Readonly<Record<string, unknown>> = { ...mcpReq.envelope };
    const declared = Object(envelope[CLIENT_CAPABILITIES_META_KEY]) as object;
    return asks({
      ...("elicitation" in declared && { user_name: asking("What is your name?", "name") }),
      ...("sampling" in declared && { greeting: sampling("Generate a greeting", 50) }),
      ...("roots" in declared && { client_roots: inputRequired.listRoots() }),
    });
  });
}

function addResources(server: McpServer): void {
  const about = { description: "The kit's", mimeType: "text/plain" };
  server.registerResource("static-text", "test://static-text", about, ({ href: uri }) => ({
    contents: [
      { uri, mimeType: "text/plain", text: "This is the content of the static text resource." },
    ],
  }));
  const picture = { description: "The kit's", mimeType: "image/png" };
  server.registerResource("static-binary", "test://static-binary", picture, ({ href: uri }) => ({
    contents: [{ uri, mimeType: "image/png", blob: PNG }],
  }));
  server.registerResource(
    "template",
    new ResourceTemplate("test://template/{id}/data", { list: undefined }),
    { description: "The kit's", mimeType: "application/json" },
    ({ href: uri }, { id }) => ({
      contents: [
        {
          uri,
          mimeType: "application/json",
          text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${String(id)}` }),
        },
      ],
    }),
  );
}

function addPrompts(server: McpServer): void {
  const said = (...content: readonly object[]) => ({
    messages: content.map((one) => ({ role: "user" as const, content: one as never })),
  });
  const words = (spoken: string) => ({ type: "text", text: spoken });
  server.registerPrompt("test_simple_prompt", { description: "The kit's" }, () =>
    said(words("This is a simple prompt for testing.")),
  );
  const words1 = completable(z.string(), (start) =>
    ["paris", "park", "party"].filter((one) => one.startsWith(start)),
  );
  server.registerPrompt(
    "test_prompt_with_arguments",
    { description: "The kit's", argsSchema: z.object({ arg1: words1, arg2: z.string() }) },
    ({ arg1, arg2 }) => said(words(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)),
  );
  server.registerPrompt(
    "test_prompt_with_embedded_resource",
    { description: "The kit's", argsSchema: z.object({ resourceUri: z.string() }) },
    ({ resourceUri: uri }) =>
      said(
        {
          type: "resource",
          resource: {
            uri,
            mimeType: "text/plain",
            text: "Embedded resource content for testing.",
          },
        },
        words("Please process the embedded resource above."),
      ),
  );
  server.registerPrompt("test_prompt_with_image", { description: "The kit's" }, () =>
    said(image, words("Please analyze the image above.")),
  );
  server.registerPrompt(
    "test_input_required_result_prompt",
    { description: "The kit's" },
    (ctx: ServerContext) => {
      const { context } = acceptedContent(ctx.mcpReq.inputResponses, "user_context") ?? {};
      if (typeof context === "string") return said(words(`In the context: ${context}`));
      return inputRequired({
        inputRequests: {
          user_context: asking("What context should the prompt use?", "context"),
        },
      }) as never;
    },
  );
}
