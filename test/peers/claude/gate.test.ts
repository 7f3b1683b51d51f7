import { join } from "node:path";
import { it } from "vitest";
import { runGate } from "../../command/gate.ts";
import { openTrial } from "../coding-agent.ts";
import { real } from "./real.ts";

it("a model, Claude Code and a compiler decide together", async () => {
  await using trial = await openTrial(real);
  const ship = { recommendation: "ship", reasons: ["it is short"] };
  trial.peer.follow({ does: "answers", output: ship, usage: { inputTokens: 20, outputTokens: 9 } });
  await runGate(join(trial.home, "project"), trial.started);
});
