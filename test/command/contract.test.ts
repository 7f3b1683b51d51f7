import { describe, it } from "vitest";
import { commandAgent, type CommandOptions, type Ran } from "../../src/command/index.ts";
import { agentContract, type MakeAgent, type PeerUsage } from "../../src/testing/index.ts";
import { programPeer } from "./program-peer.ts";

const MODEL = "model-x";

/** What a program said that it used, on a line of its own. */
function usage({ stdout }: Ran): PeerUsage | undefined {
  const line = stdout.split("\n").find((one) => one.startsWith('{"usage"'));
  return line === undefined ? undefined : (JSON.parse(line) as { usage: PeerUsage }).usage;
}

/** A program's agent with programs of its own. */
const withProgram =
  (
    options: Pick<
      CommandOptions<string, never, never, never, never, never, never>,
      "send" | "workspace"
    >,
  ): MakeAgent =>
  async (setting) => {
    const peer = await programPeer();
    const { command, args } = peer;
    const agent = commandAgent({ ...setting, ...options, command, args, usage, model: MODEL });
    return {
      agent: agent as never,
      peer,
      model: MODEL,
      [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
    };
  };

const kinds = [
  ...agentContract("a program that reads its standard input", withProgram({}), ["statuses"]),
  ...agentContract("a program that gets an argument", withProgram({ send: "argument" }), [
    "statuses",
  ]),
  ...agentContract("a program in a folder of its own", withProgram({ workspace: "empty" }), [
    "statuses",
  ]),
];

describe("the contract of agents", () => {
  for (const { name, run } of kinds) it(name, run);
});
