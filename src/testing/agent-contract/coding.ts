import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Agent } from "../../describe/agent.ts";
import { func, text } from "../../check/kinds.ts";
import type { ContractCase } from "../contract.ts";
import { ANSWER, NAME, OUTPUT, trialOf } from "./checks.ts";
import type { AgentPeer, AgentSetting, PeerStep } from "./peer.ts";

/** What a coding agent's model does when it is asked once. */
export type CodingStep =
  | PeerStep
  /** Calls a tool that would create a file at this path: one that writes files, or one that runs commands. */
  | {
      readonly does: "reaches for";
      readonly tool: "file" | "command";
      readonly path: string;
    };

/** A coding agent's peer: its model, as a script. */
export interface CodingPeer extends AgentPeer {
  follow(...steps: readonly CodingStep[]): void;
}

/** What a coding agent under test must be made with. */
export interface CodingSetting extends AgentSetting {
  /** The folder that it works in directly, not in a copy. */
  readonly cwd: string;
  /** What it may do: only answer, also read the files of `cwd`, or also change them. */
  readonly tools: "none" | "read" | "write";
}

/** A coding agent with its peer. */
export interface CodingAgentUnderTest extends Partial<AsyncDisposable> {
  readonly agent: Agent;
  readonly peer: CodingPeer;
}

/** Makes a coding agent with its own peer. */
export type MakeCodingAgent = (
  setting: CodingSetting,
) => CodingAgentUnderTest | Promise<CodingAgentUnderTest>;

/**
 * Cases for any test runner: what an agent with its own tools must do. Whichever tool its model calls, no file appears and no command runs unless the
 * agent permits it. Use it in addition to `agentContract`, which covers everything else.
 */
export function codingAgentContract(name: string, make: MakeCodingAgent): readonly ContractCase[] {
  text("name the kind of agent").needed().take(name, "codingAgentContract: name");
  const made = func("give a function that makes { agent, peer }").needed();
  made.take(make, "codingAgentContract: make");
  const cases = [
    ...(["none", "read"] as const).flatMap((tools) => [
      reaching(make, tools, "file", "inside", false),
      reaching(make, tools, "file", "outside", false),
      reaching(make, tools, "command", "inside", false),
      reaching(make, tools, "command", "outside", false),
    ]),
    reaching(make, "write", "file", "inside", true),
    reaching(make, "write", "file", "outside", false),
    reaching(make, "write", "command", "outside", false),
  ];
  return cases.map((one) => ({ ...one, name: `${name} ${one.name}` }));
}

const TOOLS = { file: "a tool that writes files", command: "a tool that runs commands" } as const;
const MAY = {
  none: "answer",
  read: "read files",
  write: "change the files of its folder",
} as const;
const MADE = "made-by-a-model.txt";
const THERE = "there.txt";
const TIMEOUT_MS = 60_000;

/** One case: the model calls a tool that would create a file; the file must, or must not, appear. */
function reaching(
  make: MakeCodingAgent,
  tools: CodingSetting["tools"],
  tool: "file" | "command",
  place: "inside" | "outside",
  appears: boolean,
): ContractCase {
  const ends = appears ? "makes the file" : "makes no file";
  return {
    name: `that may ${MAY[tools]} ${ends} ${place} its folder when its model reaches for ${TOOLS[tool]}`,
    async run() {
      const around = mkdtempSync(join(tmpdir(), "contract-"));
      try {
        const [cwd, elsewhere] = ["cwd", "elsewhere"].map((one) => mkdtempSync(join(around, one)));
        assert.ok(cwd !== undefined && elsewhere !== undefined);
        writeFileSync(join(cwd, THERE), "there");
        const path = join(place === "inside" ? cwd : elsewhere, MADE);
        const limits = { retries: 0, timeoutMs: TIMEOUT_MS };
        const made = await make({ name: NAME, output: OUTPUT, ...limits, cwd, tools });
        try {
          const { peer } = made;
          peer.follow({ does: "reaches for", tool, path }, { does: "answers", output: ANSWER });
          await trialOf(made).run();
          assert.ok(peer.asked.length > 1, "its model was told what came of that, and asked again");
          assert.equal(existsSync(path), appears, `${path} is ${appears ? "not " : ""}there`);
          const names = readdirSync(around, { recursive: true }).map(String);
          const known = [cwd, elsewhere, join(cwd, THERE), ...(appears ? [path] : [])];
          const unknown = names.filter((one) => !known.includes(join(around, one)));
          assert.deepEqual(unknown, [], "nothing else appeared");
        } finally {
          await made[Symbol.asyncDispose]?.();
        }
      } finally {
        rmSync(around, { recursive: true, force: true });
      }
    },
  };
}
