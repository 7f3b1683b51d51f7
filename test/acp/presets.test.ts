import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { claudeAcp, codexAcp, geminiAcp, opencodeAcp, type Tools } from "../../src/acp/index.ts";
import { supervisor, type AgentResult } from "../../src/index.ts";
import { testFolder, watchTemporaryFolders } from "../command/play.ts";
import { acpPeer, type AcpNature, type AcpPeer, type AcpStep } from "./acp-peer.ts";

const folder = testFolder();
watchTemporaryFolders();

const Review = z.object({ recommendation: z.enum(["ship", "hold"]) });
const HOLD = { recommendation: "hold" };
const answers = { does: "answers", output: HOLD } as const;

let count = 0;
const open: AcpPeer[] = [];
afterEach(async () => {
  for (const peer of open.splice(0)) await peer[Symbol.asyncDispose]();
});

interface SeenByAgent {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly meta: unknown;
  readonly mode: unknown;
}

/** Asks a preset whose program is the scripted agent, and tells how it was started. */
async function start(
  preset: typeof claudeAcp | typeof codexAcp | typeof geminiAcp | typeof opencodeAcp,
  options: object,
  nature: AcpNature,
  step: AcpStep = answers,
): Promise<SeenByAgent & { readonly result: AgentResult }> {
  const peer = await acpPeer(nature);
  open.push(peer);
  peer.follow(step);
  const command = join(folder, `agent-${count++}`);
  const program = [peer.command, ...peer.args].map((word) => `'${word}'`).join(" ");
  writeFileSync(command, `#!/bin/sh\nexec ${program} "$@"\n`);
  chmodSync(command, 0o755);
  const given = { output: Review, retries: 0, command, env: peer.env, name: "agent", ...options };
  const agent = preset(given as never);
  const { results } = await supervisor({ name: "team", agents: { agent: agent as never } }).run(
    "ship?" as never,
  );
  const told = new Map(peer.told);
  const started = (told.get("started") ?? {}) as SeenByAgent;
  const { cwd, _meta: meta } = (told.get("new") ?? {}) as { cwd: string; _meta: unknown };
  return {
    ...started,
    cwd,
    meta,
    mode: told.get("mode") ?? (told.get("option") as readonly unknown[] | undefined)?.[1],
    result: (results as Readonly<Record<string, AgentResult>>)["agent"] as AgentResult,
  };
}

const modes = (...ids: readonly string[]): AcpNature => ({
  session: {
    modes: { currentModeId: ids[0], availableModes: ids.map((id) => ({ id, name: id })) },
  },
});

const CLAUDE = modes("auto", "default", "acceptEdits", "plan");
const CODEX = modes("agent-full-access", "read-only", "workspace-write", "agent");
const GEMINI = modes("yolo", "default", "autoEdit", "plan");
const OPENCODE: AcpNature = {
  session: {
    configOptions: [
      {
        id: "mode",
        name: "mode",
        category: "mode",
        type: "select",
        currentValue: "build",
        options: ["build", "plan"].map((value) => ({ value, name: value })),
      },
    ],
  },
};

describe("the presets of agents that speak the Agent Client Protocol", () => {
  it("Codex is refused tools write, which its modes do not keep to", () => {
    expect(() => codexAcp({ tools: "write", mode: "workspace-write" })).toThrow(
      'codexAcp() has tools "write", and none of its known modes permits only that; use its preset of quorate/command',
    );
  });

  it("opencode is not started where it would run what somebody has put into its folder", async () => {
    const cwd = join(folder, "odd", "deep");
    mkdirSync(cwd, { recursive: true });
    writeFileSync(join(folder, "odd", "opencode.json"), "{}");
    const { result } = await start(opencodeAcp, { tools: "read", cwd, retries: 3 }, OPENCODE);
    expect(result).toMatchObject({ status: "failed", attempts: 1 });
    expect(result.status === "failed" && result.error.message).toBe(
      `agent would run the plugins of "${join(folder, "odd", "opencode.json")}", and no option prevents that; give it a folder without plugins, or use another agent`,
    );
  });

  it.each([
    ["none", "default", []],
    ["read", "default", ["Read", "Grep", "Glob"]],
    ["write", "default", ["Read", "Grep", "Glob", "Edit", "Write"]],
  ] as const)(
    "Claude with tools %s is in the mode %s and has the tools %o",
    async (tools, mode, list) => {
      const seen = await start(claudeAcp, { tools, model: "claude-x", cwd: folder }, CLAUDE);
      expect(seen.result).toMatchObject({ status: "ok", output: HOLD });
      expect(seen.mode).toBe(mode);
      expect(seen.meta).toMatchObject({
        claudeCode: { options: { tools: list, settingSources: [], persistSession: false } },
      });
      expect(seen.env).toMatchObject({ ANTHROPIC_MODEL: "claude-x", CLAUDE_CODE_MAX_RETRIES: "0" });
    },
  );

  it.each([
    ["none", "read-only", false],
    ["read", "read-only", undefined],
  ] as const)("Codex with tools %s is in the mode %s", async (tools, mode, shell) => {
    const seen = await start(codexAcp, { tools, model: "m", cwd: folder }, CODEX, {
      does: "updates",
      updates: [
        {
          sessionUpdate: "agent_message_chunk",
          messageId: "1",
          content: { type: "text", text: JSON.stringify(HOLD) },
        },
      ],
    });
    expect(seen.result).toMatchObject({ status: "ok", output: HOLD });
    expect(seen.mode).toBe(mode);
    // It would trust whatever folder its session is in.
    expect(seen.cwd).not.toBe(folder);
    const config = JSON.parse(seen.env["CODEX_CONFIG"] ?? "") as {
      readonly features: Readonly<Record<string, boolean>>;
    };
    expect(config).toMatchObject({ model: "m", web_search: "disabled" });
    expect(config.features["shell_tool"]).toBe(shell);
    expect(seen.env).toMatchObject({ INITIAL_AGENT_MODE: "read-only" });
  });

  it.each([
    [
      "unexpected status 403 Forbidden: not now",
      "agent failed: unexpected status 403 Forbidden: not now",
    ],
    [
      "Internal error: Incorrect API key provided: sk-…",
      'agent is not logged in; run "codex login"',
    ],
    ["Missing environment variable: `KEY`.", 'agent is not logged in; run "codex login"'],
  ])(
    "what Codex ends its turn with instead of an answer is a failure: %s",
    async (text, sentence) => {
      const chunk = {
        sessionUpdate: "agent_message_chunk",
        content: { type: "text", text: "Warning: x\n\n" },
      };
      const updates = [chunk, { ...chunk, content: { type: "text", text: `${text}\n\n` } }];
      const seen = await start(codexAcp, { retries: 3 }, CODEX, { does: "updates", updates });
      expect(seen.result).toMatchObject({ status: "failed", attempts: 1 });
      expect(seen.result.status === "failed" && seen.result.error.message).toContain(sentence);
    },
  );

  it.each([
    ["none", "plan"],
    ["read", "plan"],
    ["write", "default"],
  ] as const)(
    "Gemini with tools %s is in the mode %s, and is started elsewhere than where it works",
    async (tools, mode) => {
      const seen = await start(geminiAcp, { tools, model: "m", cwd: folder }, GEMINI);
      expect(seen.result).toMatchObject({ status: "ok", output: HOLD });
      expect(seen.mode).toBe(mode);
      expect(seen.args).toEqual(expect.arrayContaining(["--acp", "--policy", "-m", "m"]));
      expect(seen.env["PWD"]).not.toBe(seen.cwd);
    },
  );

  it.each([
    ["none", "plan", { "*": "deny" }],
    ["read", "plan", { "*": "deny", read: "allow" }],
    ["write", "build", { "*": "deny", edit: "ask" }],
  ] as const)(
    "opencode with tools %s is in the mode %s and permits %o",
    async (tools: Tools, mode, permitted) => {
      const seen = await start(opencodeAcp, { tools, cwd: folder }, OPENCODE);
      expect(seen.result).toMatchObject({ status: "ok", output: HOLD });
      expect(seen.mode).toBe(mode);
      expect(seen.args).toEqual(["acp", "--pure"]);
      expect(JSON.parse(seen.env["OPENCODE_PERMISSION"] ?? "")).toMatchObject(permitted);
    },
  );

  it.each([
    [claudeAcp, "claude", "claude-agent-acp", "@agentclientprotocol/claude-agent-acp"],
    [codexAcp, "codex", "codex-acp", "@agentclientprotocol/codex-acp"],
    [geminiAcp, "gemini", "gemini", "@google/gemini-cli"],
    [opencodeAcp, "opencode", "opencode", "opencode-ai"],
  ] as const)(
    "one whose program is missing says how to get it",
    async (preset, name, program, made) => {
      const agent = preset({ env: { PATH: "/nowhere" }, retries: 3 } as never);
      const { results } = await supervisor({
        name: "team",
        agents: { [name]: agent } as never,
      }).run("x" as never);
      const result = (results as Readonly<Record<string, AgentResult>>)[name];
      expect(result).toMatchObject({ status: "failed", attempts: 1 });
      expect(result?.status === "failed" && result.error.message).toBe(
        `${name} cannot start "${program}": there is no such program on its PATH; install it with npm install --global ${made}, or give the path of the program as command`,
      );
    },
  );
});
