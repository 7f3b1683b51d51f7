import { agent, supervisor } from "quorate";
import { claude, commandAgent } from "quorate/command";
import { z } from "zod";

const Review = z.object({ recommendation: z.enum(["ship", "hold"]) });
const prompt = ({ diff }: { diff: string }) => `Is this fit to ship?\n${diff}`;

const team = supervisor({
  name: "with-a-coder",
  agents: {
    plain: agent({
      name: "plain",
      run: async (_task: { diff: string }) => ({ recommendation: "hold" }),
    }),
    // A coding agent of one's own: any program that reads a prompt and prints an answer.
    coder: commandAgent({
      name: "coder",
      output: Review,
      prompt,
      command: process.execPath,
      args: [
        "--eval",
        `process.stdin.resume().on("end", () => console.log('I looked at it.\\n{"recommendation":"hold"}'));`,
      ],
    }),
    // One that is not installed here.
    claude: claude({ name: "claude", output: Review, prompt, command: "no-such-claude" }),
  },
});
const outcome = await team.run({ diff: "+ 1" });
console.log(outcome.status, outcome.verdict?.winner, outcome.results.coder.status);
console.log(outcome.missing[0]?.agent, outcome.missing[0]?.detail);
