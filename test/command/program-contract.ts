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

/** The contract of agents, of one way in which a program is asked. */
export const programContract = (
  name: string,
  options: Parameters<typeof withProgram>[0],
): ReturnType<typeof agentContract> => agentContract(name, withProgram(options), ["statuses"]);
