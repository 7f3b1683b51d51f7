import type { ToolAnswer } from "../../src/mcp/index.ts";
import type { PeerUsage } from "../../src/testing/index.ts";

export const MODEL = "model-x";

const usage = ({ meta }: ToolAnswer) => meta["usage"] as PeerUsage | undefined;
export const asks = {
  tool: "work",
  model: MODEL,
  usage,
  arguments: (task: unknown, { issues }: { readonly issues: readonly object[] }) => ({
    task,
    issues,
  }),
};
