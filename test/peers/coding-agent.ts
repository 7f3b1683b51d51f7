import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Environment } from "../../src/command/index.ts";
import type { Agent } from "../../src/index.ts";
import type {
  CodingAgentUnderTest,
  CodingPeer,
  CodingSetting,
  CodingStep,
} from "../../src/testing/index.ts";
import type { Said } from "../model-server/protocol.ts";
import {
  scriptedModel,
  type Asked,
  type ModelStep,
  type ScriptedModel,
} from "../model-server/scripted-model.ts";

type Call = Pick<Extract<ModelStep, { readonly does: "calls" }>, "tool" | "input">;

/** A coding agent as it comes from npm, and how it is made to ask a model on this machine. */
export interface RealAgent {
  readonly name: string;
  readonly make: (options: object) => Agent;
  /** The program; where left out, that of its name in the folder of its name. */
  readonly command?: string;
  /** What it is started with. `home` is an empty folder of its own. */
  readonly given: (home: string, url: string) => Given;
  /** How its model calls the tool that reads a file, writes one, or runs a command. */
  readonly reads: (path: string) => Call;
  readonly writes: (path: string) => Call;
  readonly runs: (command: string) => Call;
  /** The tool by which its model gives an answer of a shape, where it does so by one. */
  readonly answersBy?: string;
}

export interface Given {
  readonly env: Readonly<Record<string, string>>;
  readonly model: string;
  readonly args?: readonly string[];
}

/** A real coding agent, with a home and a scripted model of its own. */
export interface Trial extends AsyncDisposable {
  readonly peer: CodingPeer & ScriptedModel;
  readonly home: string;
  /** What it is started with. */
  readonly started: object;
  agent(options?: object): Agent;
  /** The processes that have this home: its own, and all that it started. */
  processes(): readonly string[];
}

export async function openTrial(real: RealAgent): Promise<Trial> {
  const { name, make, given, command = programOf(name) } = real;
  const home = mkdtempSync(join(tmpdir(), "peer-"));
  mkdirSync(join(home, "work"));
  const server = await scriptedModel((said, step, asked) =>
    phrase(real, said, step as CodingStep, asked),
  );
  const { env, ...options } = given(home, server.url);
  const own: Environment = {
    HOME: home,
    XDG_CONFIG_HOME: join(home, "config"),
    XDG_DATA_HOME: join(home, "data"),
    XDG_CACHE_HOME: join(home, "cache"),
    ...env,
  };
  const started = { command, env: own, ...options };
  return {
    peer: server as CodingPeer & ScriptedModel,
    home,
    started,
    agent: (more = {}) => make({ ...started, ...more }),
    processes: () => processesOf(home),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

const programOf = (name: string): string =>
  join(import.meta.dirname, name, "node_modules/.bin", name);

/** For the contracts: an agent with the setting that they ask for. */
export const contractual =
  (real: RealAgent) =>
  async (setting: Partial<CodingSetting>): Promise<CodingAgentUnderTest> => {
    const { peer, agent, [Symbol.asyncDispose]: dispose } = await openTrial(real);
    const place = setting.cwd === undefined ? {} : { workspace: "in-place" };
    return {
      agent: agent({ ...setting, ...place }),
      peer,
      [Symbol.asyncDispose]: dispose,
    };
  };

function phrase(real: RealAgent, said: Said, step: CodingStep, { tools }: Asked): Said {
  const { writes, runs, answersBy = "" } = real;
  if (step.does === "reaches for") {
    const { tool, input } = step.tool === "file" ? writes(step.path) : runs(`touch "${step.path}"`);
    return { ...said, text: "", tool: { name: tool, input } };
  }
  if (!tools.includes(answersBy) || said.text === "") return said;
  return { ...said, text: "", tool: { name: answersBy, input: said.text } };
}

/** Linux alone tells whose processes there are. */
function processesOf(home: string): readonly string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, "utf8").includes(home);
    } catch {
      return false;
    }
  });
}
